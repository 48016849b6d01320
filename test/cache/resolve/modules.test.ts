import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Files, folderWith, link } from "./folder.ts";
import { meaning, projectOf, words } from "./resolving.ts";

/** Each file says its own name, so that a program can tell which of them it got. */
function saying(...names: string[]): Files {
  return Object.fromEntries(names.map(name => [name, `export default ${JSON.stringify(name)};`]));
}

const MIXED = [
  ...["a.js", "a.ts", "b.ts", "c.tsx", "c.js", "dd.mts", "dd.mjs", "ee.cts", "ff.jsx", "gg.js", "gg.ts", "gg.jsx"],
  ...["gg.tsx", "d/index.ts", "d/index.js", "e/index.js", "f/index.tsx", "hh.mts", "d.ts", "mapped/x.ts"],
  ...["mapped/y.js", "mapped/whole/index.ts", "over.ts", "based.ts", "with space.ts", "q.ts"],
];
const SPECIFIERS = [
  ...["./a.js", "./a.ts", "./b.js", "./b", "./c.js", "./c.jsx", "./c", "./dd.mjs", "./ee.cjs", "./ff", "./ff.js"],
  ...["./gg", "./gg.js", "./gg.jsx", "./d/", "./e", "./f", "./hh.mjs", "@m/x", "@m/x.js", "@m/y", "@m/whole"],
  ...["based", "./with%20space.js", "./q.js?raw", "./b#part", "installed", "shadowed", "self/inner", "#inner"],
  ...["linked", "linked/deep"],
];

function mixed(): string {
  const root = folderWith({
    "package.json": {
      name: "self",
      type: "module",
      exports: { "./inner": "./mapped/y.js" },
      imports: { "#inner": "./gg.js" },
    },
    "tsconfig.json": { compilerOptions: { baseUrl: ".", paths: { "@m/*": ["./mapped/*"], shadowed: ["./over.ts"] } } },
    ...saying(...MIXED),
    "node_modules/installed/package.json": { name: "installed", version: "1.0.0", type: "module", main: "main.js" },
    "node_modules/installed/main.js": 'export default "package installed@1.0.0";',
    "node_modules/shadowed/package.json": { name: "shadowed", version: "1.0.0", type: "module", main: "main.js" },
    "node_modules/shadowed/main.js": 'export default "package shadowed@1.0.0";',
    "work/linked/package.json": {
      name: "linked",
      version: "0.0.0",
      type: "module",
      exports: { ".": { import: "./main.ts" }, "./deep": "./deep.js" },
    },
    ...saying("work/linked/main.ts", "work/linked/deep.ts"),
    "main.mts": PROGRAM,
    "main.mjs": PROGRAM,
  });
  link(root, "node_modules/linked", "work/linked");
  return root;
}

const PROGRAM = `
const answers = {};
for (const one of ${JSON.stringify(SPECIFIERS)}) {
  try {
    const module = await import(one);
    const said = module.default.default ?? module.default;
    answers[one] = said.startsWith("package ") ? said : "source " + said;
  } catch { answers[one] = null; }
}
console.log(JSON.stringify(answers));
`;

function oracle(root: string, main: string): Record<string, string | null> {
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", tsx, main], {
    cwd: root,
    encoding: "utf8",
    timeout: 50_000,
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Record<string, string | null>;
}

test.each(["main.mts", "main.mjs"])("imports of %s mean what they mean to tsx", main => {
  const root = mixed();
  const expected = oracle(root, main);
  const project = projectOf(root);
  const given = SPECIFIERS.map(one => [one, words(root, project.resolve(join(root, main), one))]);
  for (const [specifier, meaning] of given) {
    // What fails when it runs may be found all the same: nothing is lost by it.
    if (expected[specifier!] !== null)
      expect({ [specifier!]: meaning }).toEqual({ [specifier!]: expected[specifier!] });
  }
  expect(Object.values(expected).filter(one => one !== null).length).toBeGreaterThan(20);
});

test("where Node reads TypeScript by itself, endings mean what they say, and paths come last", () => {
  const root = mixed();
  const given = (specifier: string) => meaning(root, "main.mts", specifier, { loader: "node" });
  expect(given("./a.js")).toBe("source a.js");
  expect(given("./a.ts")).toBe("source a.ts");
  expect(given("shadowed")).toBe("package shadowed@1.0.0");
  expect(given("@m/x")).toBe("source mapped/x.ts");
});

test("what is built into Node, heddle itself, data, and what cannot be followed", () => {
  const root = folderWith({
    "package.json": { name: "p", imports: { "#fs": "node:fs", "#path": { node: "path" } } },
    "data.json": "{}",
    "code.wasm": "",
  });
  const given = (specifier: string) => meaning(root, "main.ts", specifier);
  expect(["fs", "node:fs", "node:test", "fs/promises"].map(given)).toEqual([
    "builtin fs",
    "builtin fs",
    "builtin test",
    "builtin fs/promises",
  ]);
  expect(["#fs", "#path"].map(given)).toEqual(["builtin fs", "builtin path"]);
  expect(["heddle", "heddle/testing"].map(given)).toEqual(["heddle", "heddle"]);
  expect(given(fileURLToPath(new URL("../../../src/index.ts", import.meta.url)))).toBe("heddle");
  expect(["./data.json", "./code.wasm"].map(given)).toEqual(["data data.json", "data code.wasm"]);
  expect(given("data:text/javascript,1")).toMatch(/^unknown: .* data: address/);
  expect(given("https://example.com/x.js")).toMatch(/^unknown: .* https: address/);
  for (const one of ["./none.js", "none", "none/deep", "#none", "@scope", "", "..", "./", "/none"]) {
    expect(given(one)).toMatch(/^unknown: ".*" was not found: /);
  }
});

test("installed packages: nested ones first, with their own names, at real places", () => {
  const root = folderWith({
    "package.json": {},
    "node_modules/a/package.json": { name: "a", version: "1.0.0" },
    "node_modules/@s/b/package.json": { name: "@s/b", version: "2.0.0", exports: { "./only": "./x.js" } },
    "node_modules/alias/package.json": { name: "other", version: "3.0.0" },
    "node_modules/bare/x.js": "",
    "inner/node_modules/a/package.json": { name: "a", version: "1.5.0" },
    "node_modules/.pnpm/c@1.0.0/node_modules/c/package.json": { name: "c", version: "1.0.0" },
  });
  link(root, "node_modules/c", "node_modules/.pnpm/c@1.0.0/node_modules/c");
  expect(meaning(root, "main.ts", "a")).toBe("package a@1.0.0");
  expect(meaning(root, "inner/main.ts", "a/deep/x.js")).toBe("package a@1.5.0");
  expect(meaning(root, "main.ts", "@s/b")).toBe("package @s/b@2.0.0");
  expect(meaning(root, "main.ts", "@s/b/only")).toBe("package @s/b@2.0.0");
  expect(meaning(root, "main.ts", "alias")).toBe("package other@3.0.0");
  expect(meaning(root, "main.ts", "bare/x.js")).toBe("package bare@?");
  expect(meaning(root, "main.ts", "c")).toBe("package c@1.0.0");
  expect(meaning(root, "main.ts", "./node_modules/a/package.json")).toBe("package a@1.0.0");
});

test("a linked workspace is source, also through a link to its folder's parent", () => {
  const outside = folderWith({
    "lib/package.json": { name: "lib", exports: { "./*": "./src/*.ts" } },
    "lib/src/x.ts": "",
  });
  const root = folderWith({ "package.json": {}, "node_modules/keep": "" });
  symlinkSync(join(outside, "lib"), join(root, "node_modules/lib"));
  const found = projectOf(root).resolve(join(root, "main.ts"), "lib/x");
  expect(found).toEqual({ kind: "source", path: join(outside, "lib/src/x.ts") });
});

test("conditions that were given to Node choose among exports", () => {
  const root = folderWith({
    "lib/package.json": { name: "lib", exports: { development: "./src.ts", default: "./built.js" } },
    "lib/src.ts": "",
    "lib/built.js": "",
  });
  link(root, "node_modules/lib", "lib");
  expect(meaning(root, "main.ts", "lib")).toBe("source lib/built.js");
  expect(meaning(root, "main.ts", "lib", { conditions: ["node", "import", "development"] })).toBe("source lib/src.ts");
});

test("paths of the nearest tsconfig.json, inherited, commented, from packages", () => {
  const root = folderWith({
    "tsconfig.json": '{ "compilerOptions": { "paths": { "~/*": ["./top/*"] } }, /* trailing */ }',
    "top/x.ts": "",
    "app/tsconfig.json": { extends: ["../base.json", "shared-config/tsconfig.json"] },
    "base.json": { compilerOptions: { paths: { "~/*": ["./based/*"] } } },
    "based/x.ts": "",
    "node_modules/shared-config/tsconfig.json": { compilerOptions: { strict: true } },
    "node_modules/shared-config/package.json": { name: "shared-config", version: "1.0.0" },
  });
  expect(meaning(root, "main.ts", "~/x")).toBe("source top/x.ts");
  expect(meaning(root, "app/src/main.ts", "~/x")).toBe("source based/x.ts");
});

test("Yarn Plug'n'Play is named where it stands in the way", () => {
  const root = folderWith({ "package.json": {}, ".pnp.cjs": "" });
  expect(meaning(root, "main.ts", "lodash")).toMatch(/Plug'n'Play .* set nodeLinker to node-modules$/);
});

test("links that lead in a circle lead nowhere", () => {
  const root = folderWith();
  link(root, "a.ts", "b.ts");
  link(root, "b.ts", "a.ts");
  expect(meaning(root, "main.ts", "./a.ts")).toMatch(/^unknown/);
});
