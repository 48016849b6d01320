/** Why a worker cannot reach a task, in the user's terms, and what to do about it. */
import { fileURLToPath } from "node:url";
import { HeddleError, ModuleLoadError, UnreachableTaskError } from "../errors.ts";
import type { Parked } from "../task/shared.ts";
import type { Address } from "./protocol.ts";
import { NoLoaderError } from "./typescript.ts";

interface Reason {
  readonly why: string;
  readonly hint: string;
}

/** False for what was typed in, given by `--eval` or read from standard input; Node names such code `[eval1]`. */
export function hasFile<A extends Address>(address: A): address is A & { readonly module: string } {
  return address.module !== null && !/\/\[(eval|stdin|worker eval)\d*\]$/.test(address.module);
}

/** Its module was loaded as far as it goes, and did not define it. */
export function explainMissing(address: Address, parked: readonly Parked[]): Error {
  return new UnreachableTaskError({ task: address.name, ...reasonFor(address, parked) });
}

function reasonFor(address: Address, parked: readonly Parked[]): Reason {
  if (!hasFile(address)) {
    return {
      why: "it has no file, as it was defined in a REPL, with --eval or from standard input",
      hint: "Move it to a file of its own, or run the flow with the inline runner.",
    };
  }
  const own = parked.find(({ module }) => module === address.module);
  if (address.inside !== null && (own === undefined || !isBelow(address.where, own.where))) {
    return {
      why: `it is created inside ${named(address.inside)} at ${address.where}, so that loading the module does not define it, and what it closes over exists only where it was created`,
      hint: "Define it at the top level of its module, and pass what varies as an input.",
    };
  }
  if (own !== undefined) {
    return {
      why: `loading its module stopped at ${own.where}, where ${own.call} is called outside a flow, and the task is defined below, at ${address.where}`,
      hint: "Define the task above that call, or put the call into a file of its own.",
    };
  }
  const other = parked.at(-1);
  if (other !== undefined) {
    return {
      why: `loading stopped in ${fileOf(other.module)} at ${other.where}, where ${other.call} is called outside a flow, before ${fileOf(address.module)} had defined it`,
      hint: "Move that call to a file which no task's module imports.",
    };
  }
  if (isTestFile(address.module)) {
    return {
      why: `it is defined in the test file ${fileOf(address.module)}, at a point that a worker does not get to`,
      hint: TEST_HINT,
    };
  }
  return {
    why: `loading ${fileOf(address.module)} did not define it; in the process that you started, ${address.where} did, in a branch, a loop or a callback that a worker does not enter`,
    hint: "Define it at the top level of its module, under a name that is the same in every process.",
  };
}

const TEST_HINT =
  "Move it to a module that the test imports, or run the flow inline: runInline of heddle/testing, or the inline runner.";

/** Its module could not be loaded. */
export function explainFailure(address: Address, error: unknown): Error {
  const file = fileOf(address.module);
  if (isTestFile(address.module) && isOfTestRunner(error)) {
    return new UnreachableTaskError(
      {
        task: address.name,
        why: `it is defined in the test file ${file}, which only a test runner can load`,
        hint: TEST_HINT,
      },
      { cause: error },
    );
  }
  return moduleLoadError(file, error, "a worker");
}

/** An error of the catalogue for a module that does not load. */
export function moduleLoadError(file: string, error: unknown, place: string): Error {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ModuleLoadError({ file, place, cause, hint: loadHint(error) }, { cause: error });
}

/** A module written as ESM in a package that is CommonJS, as loaders put it. */
export function takenForCommonJs(error: unknown): boolean {
  return /Cannot require\(\) ES Module|"cjs" output format|is not in cache|import statement outside a module|Unexpected token 'export'/.test(
    String(error),
  );
}

function loadHint(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof NoLoaderError || (code === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[cm]?tsx?"/.test(String(error)))) {
    return "Install tsx (npm i -D tsx), or use Node 22.18 or newer, which loads TypeScript by itself.";
  }
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return "Node removes types but does not translate enums, namespaces and parameter properties: do without them, or start with `node --import tsx`.";
  }
  if (takenForCommonJs(error)) {
    return 'It is taken for CommonJS. Set "type": "module" in its package.json (npm pkg set type=module), or name it .mts or .mjs.';
  }
  if (code === "ERR_MODULE_NOT_FOUND")
    return "Check the path or install the package; a worker resolves imports as Node does.";
  if (error instanceof HeddleError) return "See the message above.";
  return "The module's top level throws there: do at import only what works in every process that loads it.";
}

function isOfTestRunner(error: unknown): boolean {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  return /vitest|jest|mocha|describe is not defined|test is not defined|it is not defined|expect is not defined/i.test(
    text,
  );
}

function isTestFile(module: string | null): boolean {
  return module !== null && /([._-](test|spec)\.[cm]?[jt]sx?$)|\/__tests__\//.test(module);
}

function isBelow(where: string, other: string): boolean {
  const [line, otherLine] = [lineOf(where), lineOf(other)];
  return line !== null && otherLine !== null && line > otherLine;
}

function lineOf(where: string): number | null {
  const match = /:(\d+)(?::\d+)?$/.exec(where);
  return match === null ? null : Number(match[1]);
}

function named(inside: string): string {
  return inside === "" ? "a function" : `the function ${inside}`;
}

function fileOf(module: string | null): string {
  if (module === null) return "a module without a file";
  return module.startsWith("file:") ? fileURLToPath(module) : module;
}
