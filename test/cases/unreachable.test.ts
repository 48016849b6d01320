import { describe, expect, test } from "vitest";
import { script } from "./script.ts";

/** A way in which a worker cannot reach a task: the program, and what the error must say. */
interface Hole {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly says: readonly RegExp[];
  readonly entry?: readonly string[];
  readonly input?: string;
}

const use = 'import { flow, task, run, threads, processes } from "heddle";\n';
const show = "error => console.log(error.name + ': ' + error.message)";

const holes: readonly Hole[] = [
  {
    title: "it is defined below a call that parks",
    files: {
      "main.mjs": `${use}const first = task("first", () => 1);
await run({ runner: RUNNER }, () => first.submit());
const below = task("below", () => 2);
await run({ runner: RUNNER }, () => below.submit()).catch(${show});
`,
    },
    says: [/UnreachableTaskError: .*below/, /main\.mjs:3\b/, /main\.mjs:4\b/, /Define the task above that call/],
  },
  {
    title: "an imported module parks",
    files: {
      "parks.mjs": `${use}const first = task("first", () => 1);
await run({ runner: RUNNER }, () => first.submit());
`,
      "main.mjs": `${use}import "./parks.mjs";
const importer = task("importer", () => 2);
await run({ runner: RUNNER }, () => importer.submit()).catch(${show});
`,
    },
    says: [/UnreachableTaskError: .*importer/, /parks\.mjs:3\b/, /main\.mjs/, /which no task's module imports/],
  },
  {
    title: "it is made in a function, over local variables",
    files: {
      "main.mjs": `${use}function make(factor) {
  return task("made", n => n * factor);
}
await run({ runner: RUNNER }, () => make(3).submit(2)).catch(${show});
`,
    },
    says: [/UnreachableTaskError: .*made/, /inside the function make/, /top level of its module/],
  },
  {
    title: "it is made in a branch that a worker does not take",
    files: {
      "tasks.mjs": `${use}export let branch;
if (globalThis.here) branch = task("branch", () => 1);
`,
      "main.mjs": `${use}globalThis.here = true;
const { branch } = await import("./tasks.mjs");
await run({ runner: RUNNER }, () => branch.submit()).catch(${show});
`,
    },
    says: [/UnreachableTaskError: .*branch/, /tasks\.mjs:3/, /a branch, a loop or a callback/],
  },
  {
    title: "it has no file: standard input",
    files: {},
    entry: ["--input-type=module"],
    input: `${use}const typed = task("typed", () => 1);
await run({ runner: RUNNER }, () => typed.submit()).catch(${show});
`,
    says: [/UnreachableTaskError: .*typed/, /REPL, with --eval or from standard input/, /a file of its own/],
  },
  {
    title: "it is in a test file",
    files: {
      "sums.test.mjs": `${use}describe("sums", async () => {
  const inTest = task("inTest", () => 1);
  await run({ runner: RUNNER }, () => inTest.submit()).catch(${show});
});
`,
      "main.mjs": `globalThis.describe = (_, body) => body();
import("./sums.test.mjs");
`,
    },
    says: [/UnreachableTaskError: .*inTest/, /test file .*sums\.test\.mjs/, /heddle\/testing/],
  },
  {
    title: "its module throws where a worker imports it",
    files: {
      "tasks.mjs": `${use}if (!globalThis.here) throw new RangeError("only in the main thread");
export const picky = task("picky", () => 1);
`,
      "main.mjs": `${use}globalThis.here = true;
const { picky } = await import("./tasks.mjs");
await run({ runner: RUNNER }, () => picky.submit()).catch(${show});
`,
    },
    says: [/ModuleLoadError: .*tasks\.mjs/, /RangeError: only in the main thread/],
  },
];

describe.each(["threads({ workers: 1 })", "processes({ workers: 1 })"])("on %s a task is out of reach when", place => {
  test.each(holes)("$title", async ({ files, entry, input, says }) => {
    const on = (text: string) => text.replaceAll("RUNNER", place);
    const named = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, on(text)]));
    const ended = await script(named, { ...(entry && { entry }), ...(input && { input: on(input) }) });
    for (const one of says) expect(ended.stdout + ended.stderr).toMatch(one);
  });

  test("a detached main runs once, and its module is loaded to its end", async () => {
    const { code, stdout, stderr } = await script({
      "main.mjs": `${use}
async function main() {
  console.log("sum", await run({ runner: ${place} }, () => late.submit(20, 22)));
}
setImmediate(main);
const late = task("late", (a, b) => a + b);
`,
    });
    expect([code, stdout]).toEqual([0, "sum 42\n"]);
    expect(stderr).toMatch(/^(.*run\(…\) at .*main\.mjs:4.* was called outside a flow in a worker.*\n?)?$/);
  });
});
