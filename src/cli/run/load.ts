/** Loads the module to run from, and the config. */
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { registry } from "../../build/declare/registry.ts";
import type { Importer } from "../../config/load.ts";
import { ConfigError } from "../../errors.ts";
import { type Parked, shared } from "../../task/shared.ts";
import { definitionOf } from "../../task/task.ts";
import { importModule, tellOfStray } from "../../workers/load.ts";
import type { Candidate, Choosable } from "./choose.ts";
import { explainLoad } from "./load-error.ts";

const MOST_LOST = 3;

/** A config is loaded as every module of the user's, so that it may be TypeScript. */
export const importConfig: Importer = async url => {
  const file = path.relative(process.cwd(), fileURLToPath(url));
  const { namespace, parked } = await load(url, file);
  if (namespace !== null) return namespace;
  throw new ConfigError({
    file,
    problem: `its loading stopped at ${whereParked(parked)}`,
    hint: "A config must not run flows: export settings only.",
  });
};

/** What the module in `file` has to offer; throws a `ModuleLoadError` with the module's own error. */
export async function loadModule(file: string, shown: string): Promise<Choosable> {
  const url = pathToFileURL(file).href;
  const { namespace, parked } = await load(url, shown);
  tellOfLost(parked);
  tellOfStray("the command line", text => process.emitWarning(text, "HeddleWarning"));
  return {
    shown,
    namespace,
    parkedAt: namespace === null ? whereParked(parked) : null,
    candidates: candidatesOf(url, namespace),
  };
}

async function load(url: string, shown: string): ReturnType<typeof importModule> {
  const restore = withoutNodesAdvice();
  try {
    return await importModule(url);
  } catch (error) {
    throw await explainLoad(fileURLToPath(url), shown, error);
  } finally {
    restore();
  }
}

/** In a program these are errors; a flow that is called at the top level is the program itself, and not meant here. */
function tellOfLost(parked: readonly Parked[]): void {
  for (const { call, where } of parked.filter(each => /\.(submit|map)\(/.test(each.call)).slice(0, MOST_LOST)) {
    const place = path.isAbsolute(where) ? path.relative(process.cwd(), where) : where;
    process.stderr.write(
      `heddle: ${call} at ${place} stands outside a flow: it is not executed, and in a program of your own it is an error\n`,
    );
  }
}

/** What Node says of a module that it takes for CommonJS stands in the error as well; other warnings go on. */
function withoutNodesAdvice(): () => void {
  const before = process.rawListeners("warning");
  const listener = (warning: Error) => {
    if (/^To load an ES module, set/.test(warning.message)) return;
    for (const each of before) Reflect.apply(each, process, [warning]);
  };
  process.removeAllListeners("warning");
  process.on("warning", listener);
  return () => {
    const since = process.rawListeners("warning").filter(each => each !== listener);
    process.removeAllListeners("warning");
    for (const each of [...before, ...since]) process.on("warning", each as typeof listener);
  };
}

/** What it exports, in its order, and what it has registered besides. */
function candidatesOf(url: string, namespace: Readonly<Record<string, unknown>> | null): Candidate[] {
  // By value: a task and what its `with` made are one definition with different options.
  const exported = new Map<unknown, Candidate & { exports: string[] }>();
  for (const [name, value] of Object.entries(namespace ?? {})) {
    const definition = definitionOf(value);
    if (definition === undefined) continue;
    const known = exported.get(value);
    if (known !== undefined) known.exports.push(name);
    else exported.set(value, { value, definition, exports: [name], isTarget: false });
  }
  const known = new Set([...exported.values()].map(({ definition }) => definition));
  const registered = [...shared.definitions.values()]
    .filter(definition => definition.module === url && !known.has(definition))
    .map(definition => ({ value: null, definition, exports: [], isTarget: isTarget(definition) }));
  return [...exported.values(), ...registered];
}

/** Targets are executed as tasks, but only a build knows what to give them. */
function isTarget(definition: Candidate["definition"]): boolean {
  return registry.families.get(definition.identity)?.definition === definition;
}

function whereParked(parked: readonly Parked[]): string {
  const last = parked.at(-1);
  if (last === undefined) return "a call outside a flow";
  const where = last.where.startsWith("/") ? path.relative(process.cwd(), last.where) : last.where;
  return `${where}, where ${last.call} is called outside a flow`;
}
