/** Edits of what is written in less common ways: each either changes the closure of the task `t` or does not. */
import { describe, expect, test } from "vitest";
import { codeOf, type Files } from "./memory.ts";

const HEAD = 'import { task } from "heddle";\n';

function changes(before: Files, after: Files, file = "main.ts"): boolean {
  return codeOf(before, file, "t").digest !== codeOf({ ...before, ...after }, file, "t").digest;
}

const T = `${HEAD}import { x } from "./x.ts";\nexport const t = task("t", () => x);`;

test.each<[what: string, files: Files, edit: Files, changed: boolean]>([
  [
    "what a module that is imported late imports for its effects",
    {
      "main.ts": `${HEAD}export const t = task("t", () => import("./late.ts"));`,
      "late.ts": 'import "./effect.ts"; export const l = 1;',
      "effect.ts": "globalThis.e = 1;",
    },
    { "effect.ts": "globalThis.e = 2;" },
    true,
  ],
  [
    "CommonJS that is required",
    {
      "main.ts": `${HEAD}import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
export const t = task("t", () => require("./c.cjs").c);`,
      "c.cjs": "exports.c = 1;",
    },
    { "c.cjs": "exports.c = 2;" },
    true,
  ],
  [
    "CommonJS that is imported",
    {
      "main.ts": T.replace("x.ts", "x.cjs"),
      "x.cjs": 'const y = require("./y.cjs"); exports.x = y;',
      "y.cjs": "module.exports = 1;",
    },
    { "y.cjs": "module.exports = 2;" },
    true,
  ],
  [
    "a component in JSX",
    {
      "main.tsx": `${HEAD}import { Box } from "./box.tsx";\nexport const t = task("t", () => <Box />);`,
      "box.tsx": "export const Box = () => <p>1</p>;\nexport const Other = () => <p>1</p>;",
    },
    { "box.tsx": "export const Box = () => <p>2</p>;\nexport const Other = () => <p>1</p>;" },
    true,
  ],
  [
    "another component beside it",
    {
      "main.tsx": `${HEAD}import { Box } from "./box.tsx";\nexport const t = task("t", () => <Box />);`,
      "box.tsx": "export const Box = () => <p>1</p>;\nexport const Other = () => <p>1</p>;",
    },
    { "box.tsx": "export const Box = () => <p>1</p>;\nexport const Other = () => <p>2</p>;" },
    false,
  ],
  [
    "the library behind JSX",
    { "main.tsx": `${HEAD}export const t = task("t", () => <p />);`, "node_modules/react/jsx-runtime": "1.0.0" },
    { "node_modules/react/jsx-runtime": "2.0.0" },
    true,
  ],
  [
    "the file of a worker",
    {
      "main.ts": `${HEAD}export const t = task("t", () => new URL("./w.ts", import.meta.url));`,
      "w.ts": "export const w = 1;",
    },
    { "w.ts": "export const w = 2;" },
    true,
  ],
  [
    "data named without a dot",
    { "main.ts": `${HEAD}export const t = task("t", () => new URL("d.txt", import.meta.url));`, "d.txt": "1" },
    { "d.txt": "2" },
    true,
  ],
  [
    "a getter of an object",
    { "main.ts": T, "x.ts": "const y = 1; export const x = { get a() { return y; } };" },
    { "x.ts": "const y = 2; export const x = { get a() { return y; } };" },
    true,
  ],
  [
    "a static block",
    { "main.ts": T, "x.ts": "export const x = 1; class C { static { globalThis.a = 1; } }" },
    { "x.ts": "export const x = 1; class C { static { globalThis.a = 2; } }" },
    true,
  ],
  [
    "a decorator",
    { "main.ts": T, "x.ts": "const dec = (c: unknown) => 1; @dec class x {} export { x };" },
    { "x.ts": "const dec = (c: unknown) => 2; @dec class x {} export { x };" },
    true,
  ],
  [
    "a helper in a default value",
    { "main.ts": T, "x.ts": "const h = () => 1; export const x = (a = h()) => a;" },
    { "x.ts": "const h = () => 2; export const x = (a = h()) => a;" },
    true,
  ],
  [
    "a default value beside a variable of its name",
    { "main.ts": T, "x.ts": "const h = 1; export function x(a = h) { var h = 5; return a + h; }" },
    { "x.ts": "const h = 2; export function x(a = h) { var h = 5; return a + h; }" },
    true,
  ],
  [
    "what a switch looks at",
    { "main.ts": T, "x.ts": "const h = 1; export function x() { switch (h) { case 1: let h = 5; return h; } }" },
    { "x.ts": "const h = 2; export function x() { switch (h) { case 1: let h = 5; return h; } }" },
    true,
  ],
  [
    "a namespace that is passed on",
    { "main.ts": T, "x.ts": 'export * as x from "./y.ts";', "y.ts": "export const a = 1;" },
    { "y.ts": "export const a = 2;" },
    true,
  ],
  [
    "a name that a second star offers too",
    {
      "main.ts": T,
      "x.ts": 'export * from "./y.ts"; export * from "./z.ts";',
      "y.ts": "export const x = 1;",
      "z.ts": "export const z = 1;",
    },
    { "z.ts": "export const x = 1;" },
    true,
  ],
  [
    "exports of a namespace that change places",
    {
      "main.ts": `${HEAD}import * as x from "./x.ts";\nexport const t = task("t", () => Object.values(x));`,
      "x.ts": "const a = 1, b = 2; export { a as c, b as d };",
    },
    { "x.ts": "const a = 1, b = 2; export { a as d, b as c };" },
    true,
  ],
  [
    "what a namespace passes on by name",
    {
      "main.ts": `${HEAD}import * as x from "./x.ts";\nexport const t = task("t", () => Object.values(x));`,
      "x.ts": 'import { y } from "./y.ts"; export { y };',
      "y.ts": "export const y = 1;",
    },
    { "y.ts": "export const y = 2;" },
    true,
  ],
  [
    "a task in an object",
    { "main.ts": `${HEAD}export const all = { t: task("t", () => 1) };` },
    { "main.ts": `${HEAD}export const all = { t: task("t", () => 2) };` },
    true,
  ],
  [
    "another task in the object",
    { "main.ts": `${HEAD}export const all = [task("t", () => 1), task("u", () => 1)];` },
    { "main.ts": `${HEAD}export const all = [task("t", () => 1), task("u", () => 2)];` },
    false,
  ],
  [
    "a call in another task's options",
    {
      "main.ts": `${HEAD}let n = 0;\nexport const t = task("t", () => n);\nexport const u = task("u", { retries: count() }, () => 1);\nfunction count() { return n++; }`,
    },
    {
      "main.ts": `${HEAD}let n = 0;\nexport const t = task("t", () => n);\nexport const u = task("u", { retries: count() }, () => 1);\nfunction count() { return n--; }`,
    },
    true,
  ],
  [
    "a parameter that is called like heddle's task",
    { "main.ts": `${HEAD}const f = (task: any) => task(1, 2);\nexport const t = task("t", () => f(Math.max));` },
    { "main.ts": `${HEAD}const f = (task: any) => task(3, 2);\nexport const t = task("t", () => f(Math.max));` },
    true,
  ],
  [
    "what a result at the top level came from",
    { "main.ts": `${HEAD}const u = task("u", () => 1);\nconst v = await u();\nexport const t = task("t", () => v);` },
    { "main.ts": `${HEAD}const u = task("u", () => 2);\nconst v = await u();\nexport const t = task("t", () => v);` },
    true,
  ],
  [
    "a task whose result is only shown",
    {
      "main.ts": `${HEAD}const u = task("u", () => 1);\nexport const t = task("t", () => 1);\nconsole.log(await u());`,
    },
    {
      "main.ts": `${HEAD}const u = task("u", () => 2);\nexport const t = task("t", () => 1);\nconsole.log(await u());`,
    },
    false,
  ],
  [
    "an enum that calls",
    { "main.ts": T, "x.ts": "export const x = 1; const f = () => 1; enum E { A = f() }" },
    { "x.ts": "export const x = 1; const f = () => 2; enum E { A = f() }" },
    true,
  ],
  [
    "an import whose name begins to be used",
    {
      "main.ts": `${T}\nimport { y } from "./y.ts";`,
      "x.ts": "export const x = 1;",
      "y.ts": "globalThis.y = 1; export const y = 1;",
    },
    { "main.ts": `${T}\nimport { y } from "./y.ts";\nexport const unused = () => y;` },
    true,
  ],
  [
    "a type of `this`",
    { "main.ts": T, "x.ts": "export function x(a: number) { return a; }" },
    { "x.ts": "export function x(this: void, a: number) { return a; }" },
    false,
  ],
  [
    "an overload",
    { "main.ts": T, "x.ts": "export class x { m(a: any) { return a; } }" },
    { "x.ts": "export class x { m(a: string): void; m(a: any) { return a; } }" },
    false,
  ],
  [
    "a namespace of types",
    { "main.ts": T, "x.ts": "export const x = 1;" },
    { "x.ts": "export const x = 1; export namespace N { export type A = 1 }" },
    false,
  ],
  [
    "a zero character in a string",
    { "main.ts": T, "x.ts": 'export const x = ["a\\0string b"];' },
    { "x.ts": 'export const x = ["a", "b"];' },
    true,
  ],
])("%s", (_, files, edit, changed) => {
  expect(changes(files, edit, "main.tsx" in files ? "main.tsx" : "main.ts")).toBe(changed);
});

describe("what is not followed makes the whole count, and is told", () => {
  test.each<[what: string, text: string, told: string]>([
    ["eval", 'export const t = task("t", () => eval("1"));', "in main.ts it calls eval (t)"],
    [
      "a computed import",
      'export const t = task("t", n => import(n));',
      "in main.ts it imports a module whose name is computed (t)",
    ],
    [
      "a computed require",
      'export const t = task("t", n => require(n));',
      "in main.ts it requires a module whose name is computed (t)",
    ],
    [
      "a task that a function makes",
      'const make = () => task("t", () => 1); export const t = make();',
      "it is defined inside a function",
    ],
    ["a computed name", 'export const t = task("t".trim(), () => 1);', "its definition is not found in its module"],
    [
      "two of one name",
      'export const t = task("t", () => 1); export const u = task("t", () => 2);',
      "its module defines more than one task of this name",
    ],
  ])("%s", (_, text, told) => {
    const before = { "main.ts": `${HEAD}const idle = 1;\n${text}` };
    const after = { "main.ts": `${HEAD}const idle = 2;\n${text}` };
    expect(codeOf(before, "main.ts", "t").loose).toEqual([expect.stringContaining(told)]);
    expect(changes(before, after)).toBe(true);
  });
});

test("a parameter `this` is no input", () => {
  const files = { "main.ts": `${HEAD}export const t = task("t", function (this: void, a, b = 2) { return a + b; });` };
  expect(codeOf(files, "main.ts", "t").parameters).toMatchObject({ names: ["a", "b"], defaults: [null, { value: 2 }] });
});
