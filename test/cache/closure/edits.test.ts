import { expect, test } from "vitest";
import { codeOf, type Files } from "./memory.ts";

const BASE: Files = {
  "main.ts": `import { task, flow } from "heddle";
import { far, unused } from "./near.ts";
import * as shapes from "./shapes.ts";
import def, { type Shape } from "./default.ts";
import { left } from "left";
import { right } from "right";
import config from "./config.json" with { type: "json" };
import "./registry.ts";
import { Color } from "./color.ts";
import { lonely } from "./lonely.ts";

const scale = 3;
const unrelated = 4;
/** Doubles. */
function double(n: number): number { return n * 2; }

export const a = task("a", { retries: 1 }, (n: number) => far(n) + scale);
export const b = task("b", (n: number) => double(n) + shapes.area(n));
export const c = task("c", (s: Shape) => def(s) + left(s));
export const d = task("d", (n: number) => right(n) + config.x);
export const e = task("e", (n: number) => new shapes.Circle(n).size() + Color.red);
export const f = flow("f", async (n: number) => b.submit(a.submit(n)));
export const g = task("g", async (n: number) => (await import("./late.ts")).late(n));
export const h = task("h", (n: number) => { const scale = n; return scale + a.fn(n); });
`,
  "near.ts": `export { far } from "./far.ts";\nexport function unused() { return 1; }\n`,
  "far.ts": `import { helper } from "./helper.ts";\nexport const far = (n: number) => helper(n);\nexport const other = () => 5;\n`,
  "helper.ts": `export function helper(n: number) { return n + 1; }\nexport function idle() { return 0; }\n`,
  "shapes.ts": `export const area = (n: number) => n * n;\nexport class Circle { r: number; constructor(r: number) { this.r = r; } size() { return this.r; } }\nexport const edge = 4;\n`,
  "default.ts": `export interface Shape { x: number }\nexport default function (s: Shape) { return s.x; }\nexport const aside = 1;\n`,
  "config.json": `{"x": 1}`,
  "registry.ts": `const registry = new Map<string, number>();\nregistry.set("a", 1);\nexport const quiet = 2;\n`,
  "color.ts": `export enum Color { red = 1, blue = 2 }\nexport const paint = { red: 1 } as const;\n`,
  "lonely.ts": `export const lonely = () => 1;\n`,
  "late.ts": `export const late = (n: number) => n;\n`,
  "node_modules/left": "1.0.0",
  "node_modules/right": "1.0.0",
};

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

function digests(files: Files): Map<string, string> {
  return new Map(
    NAMES.map(name => [name, codeOf(files, "main.ts", name, { kind: name === "f" ? "flow" : "task" }).digest]),
  );
}

function invalidated(files: Files): string {
  const [before, after] = [digests(BASE), digests({ ...BASE, ...files })];
  return NAMES.filter(name => before.get(name) !== after.get(name)).join("");
}

const edit = (file: string, from: string, to: string): Files => {
  expect(BASE[file]).toContain(from);
  return { [file]: BASE[file]!.replaceAll(from, to) };
};

test.each<[what: string, files: Files, tasks: string]>([
  ["a helper two imports away", edit("helper.ts", "n + 1", "n + 2"), "ah"],
  ["a comment in it", edit("helper.ts", "{ return n + 1; }", "{ /* why */ return n + 1; // so\n }"), ""],
  ["its formatting", edit("helper.ts", "{ return n + 1; }", "{\n  return (n + 1)\n}"), ""],
  ["an unrelated declaration beside it", edit("helper.ts", "return 0", "return 9"), ""],
  ["an unrelated constant in the module", edit("main.ts", "unrelated = 4", "unrelated = 5"), ""],
  ["a constant that a task uses, which another shadows", edit("main.ts", "const scale = 3", "const scale = 4"), "ah"],
  ["retries of a task", edit("main.ts", "retries: 1", "retries: 7"), ""],
  ["the function of a task", edit("main.ts", "far(n) + scale", "far(n) - scale"), "ah"],
  ["the function of a task that a flow submits", edit("main.ts", "double(n) +", "double(n) -"), "b"],
  ["the flow", edit("main.ts", "b.submit(a.submit(n))", "b.submit(a.submit(n + 1))"), "f"],
  ["a function that one task calls", edit("main.ts", "n * 2", "n * 3"), "b"],
  ["a comment above it", edit("main.ts", "/** Doubles. */", "/** Twice. */"), ""],
  ["its type", edit("main.ts", "double(n: number): number", "double(n: bigint | number): number"), ""],
  ["a member of a namespace", edit("shapes.ts", "n * n", "n + n"), "b"],
  ["another member of it", edit("shapes.ts", "edge = 4", "edge = 5"), ""],
  ["a method of a class", edit("shapes.ts", "return this.r", "return this.r * 2"), "e"],
  ["a default export", edit("default.ts", "return s.x", "return s.x + 1"), "c"],
  ["a type only", edit("default.ts", "x: number }", "x: number; y?: string }"), ""],
  [
    "a re-export to elsewhere",
    { "near.ts": `export { other as far } from "./far.ts";\nexport function unused() { return 1; }\n` },
    "ah",
  ],
  [
    "a re-export through a star",
    { "near.ts": `export * from "./far.ts";\nexport function unused() { return 1; }\n` },
    "",
  ],
  [
    "a rename of a helper, everywhere",
    {
      ...edit("helper.ts", "helper", "assist"),
      "far.ts": BASE["far.ts"]!.replace("{ helper }", "{ assist }").replace("=> helper", "=> assist"),
    },
    "ah",
  ],
  ["a package upgrade", { "node_modules/left": "1.1.0" }, "c"],
  ["another package upgrade", { "node_modules/right": "2.0.0" }, "d"],
  ["data", { "config.json": `{"x": 2}` }, "d"],
  ["an effect on loading", edit("registry.ts", `set("a", 1)`, `set("a", 2)`), "abcdefgh"],
  ["an export beside an effect", edit("registry.ts", "quiet = 2", "quiet = 3"), ""],
  ["an effect that is new", { "lonely.ts": `export const lonely = () => 1;\nconsole.log("here");\n` }, "abcdefgh"],
  ["a module that is loaded and not used", edit("lonely.ts", "() => 1", "() => 2"), ""],
  ["an enum", edit("color.ts", "red = 1, blue", "red = 5, blue"), "e"],
  ["an enum-like object that nobody uses", edit("color.ts", "{ red: 1 }", "{ red: 2 }"), ""],
  ["a module that is imported late", edit("late.ts", "=> n", "=> n + 1"), "g"],
  [
    "a new module without effects",
    { "main.ts": `import { z } from "./z.ts";\n${BASE["main.ts"]}`, "z.ts": "export const z = 1;" },
    "",
  ],
  [
    "a prototype patch",
    edit("shapes.ts", "export const edge = 4;", "export const edge = 4;\nCircle.prototype.size = () => 1;"),
    "abcdefgh",
  ],
  ["a new import of an import for its effects", { "helper.ts": `import "right";\n${BASE["helper.ts"]}` }, "abcdefgh"],
])("%s", (_what, files, tasks) => {
  expect(invalidated(files)).toBe(tasks);
});
