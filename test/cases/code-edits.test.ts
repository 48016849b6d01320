/** Edits of a project's files between runs of the command line, and what is executed again. */
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { HeddleEvent } from "heddle";
import { describe, expect, test } from "vitest";
import { type Project, project } from "../cli/rig.ts";

type Files = Readonly<Record<string, string>>;

interface Ran {
  /** The tasks and flows that were executed, but for the run's own flow; sorted. */
  readonly executed: string;
  readonly value: unknown;
  readonly warnings: readonly string[];
}

async function run(made: Project, file: string): Promise<Ran> {
  const { stdout, stderr, code } = await made.heddle("run", file, "--json", "--runner", "inline");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const lines = stdout.trimEnd().split("\n");
  const events = lines.map(line => JSON.parse(line) as HeddleEvent | { type: "result"; value: unknown });
  const names: string[] = [];
  const taskOf: number[] = [];
  const executed: string[] = [];
  const warnings: string[] = [];
  let value: unknown;
  for (const event of events) {
    if (event.type === "taskDefined") names[event.task] = event.name;
    else if (event.type === "submitted") taskOf.push(...Array<number>(event.count).fill(event.task));
    else if (event.type === "started") executed.push(...event.calls.map(call => names[taskOf[call - 1]!]!));
    else if (event.type === "warning") warnings.push(event.message);
    else if (event.type === "result") value = event.value;
  }
  return { executed: executed.slice(1).sort().join(" "), value, warnings };
}

function packageOf(name: string, version: string, more: object = {}): string {
  return JSON.stringify({ name, version, type: "module", exports: "./index.js", ...more });
}

function filesOf(ending: string): Files {
  const number = ending === "ts" ? ": number" : "";
  return {
    [`main.${ending}`]: `
      import { all, flow } from "heddle";
      import { aside, far, left, shared } from "./index.${ending}";
      export default flow("main", () => all([far.submit(1), left.submit(1), shared.submit(1), aside.submit(1)]));
    `,
    [`index.${ending}`]: `export * from "./tasks.${ending}";`,
    [`tasks.${ending}`]: `
      import { task } from "heddle";
      import { left as leftOf } from "left";
      import { share } from "shared";
      import { near } from "./near.${ending}";
      import "./registry.${ending}";
      const unrelated = 1;
      export const far = task("far", { cache: true, retries: 1 }, (n${number}) => near(n));
      export const left = task("left", { cache: true }, (n${number}) => leftOf(n));
      export const shared = task("shared", { cache: true }, (n${number}) => share(n));
      export const aside = task("aside", { cache: true }, (n${number}) => n);
    `,
    [`near.${ending}`]: `
      import { helper } from "./helper.${ending}";
      export const near = (n${number}) => helper(n);
    `,
    [`helper.${ending}`]: `
      export function helper(n${number}) { return n + 1; }
      export function unrelated() { return 1; }
    `,
    [`registry.${ending}`]: `
      const registry = new Map${ending === "ts" ? "<string, number>" : ""}();
      registry.set("a", 1);
    `,
    "node_modules/left/package.json": packageOf("left", "1.0.0", { dependencies: { below: "*" } }),
    "node_modules/left/index.js": 'import { below } from "below"; export const left = n => below(n);',
    "node_modules/below/package.json": packageOf("below", "1.0.0"),
    "node_modules/below/index.js": "export const below = n => n;",
    "packages/shared/package.json": packageOf("shared", "1.0.0"),
    "packages/shared/index.js": "export const share = n => n * 2; export const unrelated = 1;",
  };
}

type Step = readonly [what: string, files: Files, executed: string];

function stepsOf(ending: string, files: Files): Step[] {
  const edit = (name: string, from: string, to: string): Files => {
    expect(files[name]).toContain(from);
    return { [name]: files[name]!.replace(from, to) };
  };
  const [tasks, near, helper, registry] = ["tasks", "near", "helper", "registry"].map(name => `${name}.${ending}`);
  const every = "aside far left shared";
  return [
    ["nothing", {}, ""],
    ["a helper two imports away", edit(helper!, "n + 1", "n + 2"), "far"],
    ["a comment in it", edit(helper!, "return n", "/* so */ return n"), ""],
    ["its formatting", edit(helper!, "{ return n + 1; }", "{\n  return (n + 1)\n}"), ""],
    ["an unrelated declaration beside it", edit(helper!, "return 1", "return 2"), ""],
    ["an unrelated constant beside the tasks", edit(tasks!, "unrelated = 1", "unrelated = 2"), ""],
    ["retries", edit(tasks!, "retries: 1", "retries: 2"), ""],
    ["a task", edit(tasks!, "near(n)", "near(n) * 2"), "far"],
    ["an effect on loading", edit(registry!, '"a", 1', '"a", 2'), every],
    ["a prototype patch", { [near!]: `${files[near!]}\nArray.prototype.last = 1;` }, every],
    ["a bare import", { [near!]: `import "below";\n${files[near!]}` }, every],
    ["a package", edit("node_modules/left/package.json", "1.0.0", "1.0.1"), "left"],
    ["a package below it", edit("node_modules/below/package.json", "1.0.0", "1.1.0"), "left"],
    ["a linked workspace", edit("packages/shared/index.js", "n * 2", "n * 3"), "shared"],
    ["what is unrelated in it", edit("packages/shared/index.js", "unrelated = 1", "unrelated = 2"), ""],
    ["everything as it was", {}, ""],
  ];
}

test.each(["ts", "mjs"])("edits of a project in .%s", { timeout: 300_000 }, async ending => {
  const files = filesOf(ending);
  const made = project(files);
  symlinkSync(join(made.folder, "packages/shared"), join(made.folder, "node_modules/shared"));
  expect((await run(made, `main.${ending}`)).executed).toBe("aside far left shared");
  const seen: [string, string][] = [];
  const steps = stepsOf(ending, files);
  // Each edit takes back the one before, which on its own would execute nothing.
  for (const [what, edited] of steps) {
    made.write({ ...files, ...edited });
    seen.push([what, (await run(made, `main.${ending}`)).executed]);
  }
  expect(seen).toEqual(steps.map(([what, , executed]) => [what, executed]));
});

describe("workflow → a → b", () => {
  const CHAIN = `
    import { flow, task } from "heddle";
    const offset = 1;
    export const b = task("b", { cache: true }, n => Math.abs(n) + offset);
    export const a = flow("a", { cache: true }, async n => (await b.submit(n)) * 10);
    export const after = task("after", { cache: true }, n => n + 1);
    export const aside = task("aside", { cache: true }, n => n);
    export default flow("workflow", async () => [await after.submit(a.submit(2)), await aside.submit(5)]);
  `;

  test("b is edited, with and without another result, and reverted", async () => {
    const made = project({ "main.mjs": CHAIN });
    expect(await run(made, "main.mjs")).toMatchObject({ executed: "a after aside b", value: [31, 5] });
    expect(await run(made, "main.mjs")).toMatchObject({ executed: "", value: [31, 5] });
    made.write({ "main.mjs": CHAIN.replace("+ offset", "+ offset + 1") });
    expect(await run(made, "main.mjs")).toMatchObject({ executed: "a after b", value: [41, 5] });
    made.write({ "main.mjs": CHAIN.replace("Math.abs(n) + offset", "offset + Math.abs(n)") });
    expect(await run(made, "main.mjs")).toMatchObject({ executed: "a b", value: [31, 5] });
    made.write({ "main.mjs": CHAIN });
    // No task. The flow's one entry is from the edited b, so it puts its result together again.
    expect(await run(made, "main.mjs")).toMatchObject({ executed: "a", value: [31, 5] });
    expect(await run(made, "main.mjs")).toMatchObject({ executed: "", value: [31, 5] });
  });
});

describe("how much of the code counts", () => {
  const modes = (constant: number) => `
    import { flow, task } from "heddle";
    import { helper } from "./helper.mjs";
    const unrelated = ${constant};
    export const closure = task("closure", { cache: { code: "closure" } }, n => helper(n));
    export const whole = task("whole", { cache: { code: "module" } }, n => n);
    export const none = task("none", { cache: { code: "none" } }, n => helper(n));
    export default flow("main", async () => [await closure.submit(1), await whole.submit(1), await none.submit(1)]);
  `;
  const helper = (idle: number, value: number) =>
    `export const helper = n => n + ${value};\nexport const idle = ${idle};`;

  test('"closure", "module" and "none"', async () => {
    const made = project({ "main.mjs": modes(1), "helper.mjs": helper(1, 1) });
    expect(await run(made, "main.mjs")).toEqual({ executed: "closure none whole", value: [2, 1, 2], warnings: [] });
    made.write({ "main.mjs": modes(2) });
    expect((await run(made, "main.mjs")).executed).toBe("whole");
    made.write({ "helper.mjs": helper(2, 1) });
    expect((await run(made, "main.mjs")).executed).toBe("whole");
    made.write({ "helper.mjs": helper(1, 2) });
    expect(await run(made, "main.mjs")).toMatchObject({ executed: "closure whole", value: [3, 1, 2] });
    rmSync(join(made.folder, ".heddle"), { recursive: true });
  });

  const WHY = "so the whole of all modules counts.";
  test.each([
    ["eval", "export const load = text => eval(text);", `in helper.mjs it calls eval (load), ${WHY}`],
    [
      "a computed import",
      "export const load = async name => (await import(name)).default;",
      `in helper.mjs it imports a module whose name is computed (load), ${WHY}`,
    ],
  ])("%s makes the whole count, and the run says where and why", async (_, text, warning) => {
    const main = `
      import { flow, task } from "heddle";
      import { load } from "./helper.mjs";
      export const loads = task("loads", { cache: true }, n => (n > 1 ? load("1") : n));
      export const plain = task("plain", { cache: true }, n => n);
      export default flow("main", async () => [await loads.submit(1), await plain.submit(1)]);
    `;
    const made = project({ "main.mjs": main, "helper.mjs": text });
    const first = await run(made, "main.mjs");
    expect(first.executed).toBe("loads plain");
    expect(first.warnings).toEqual([`The cache of loads: ${warning}`]);
    made.write({ "helper.mjs": `${text}\nexport const other = 1;` });
    expect((await run(made, "main.mjs")).executed).toBe("loads");
  });
});
