/** What a module needs elsewhere, and how it is laid out there. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gatherCode } from "../../src/code/gather.ts";
import { type Manifest, machine, manifestIn } from "../../src/code/manifest.ts";
import { foreign, isHere, Shelf } from "../../src/code/shelf.ts";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), "heddle-gather-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    writeFileSync(path.join(home, name), text);
  }
}

const gathered = (entry: string) => gatherCode(pathToFileURL(path.join(home, entry)).href);
const names = ({ files }: Manifest) => files.map(file => path.relative(home, file.path)).sort();

test("the modules, data and assets that it reaches, and nothing else", () => {
  write({
    "package.json": '{ "name": "p", "type": "module", "imports": { "#own": "./own.mjs" } }',
    "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./mapped/*"] } } }',
    "a.ts": `
      import { b } from "./b.js"; import type { T } from "./types.ts"; import "#own"; import "@/m.ts"; import "heddle";
      import data from "./d.json" with { type: "json" };
      export const load = () => import("./late.mjs"); const { x } = require("./old.cjs");
      const words = new URL("./words.txt", import.meta.url); const all = new URL("./assets/", import.meta.url);
      const gone = new URL("./gone.txt", import.meta.url);
    `,
    "b.ts": 'import "./a.ts"; export const b = 1;',
    "own.mjs": "",
    "mapped/m.ts": "",
    "late.mjs": "",
    "old.cjs": "",
    "d.json": "{}",
    "words.txt": "w",
    "assets/1.txt": "1",
    "assets/deep/2.txt": "2",
    "unused.mjs": "",
    "types.ts": "export type T = 1;",
    "sub/package.json": "{}",
  });
  expect(names(gathered("a.ts"))).toEqual([
    "a.ts",
    "assets/1.txt",
    "assets/deep/2.txt",
    "b.ts",
    "d.json",
    "late.mjs",
    "mapped/m.ts",
    "old.cjs",
    "own.mjs",
    "package.json",
    "tsconfig.json",
    "words.txt",
  ]);
});

test("packages whole, with what they depend on; workspaces as far as they are reached; links as links", () => {
  const store = "node_modules/.pnpm/one@1/node_modules";
  write({
    "package.json": '{ "name": "p", "type": "module" }',
    "a.mjs": 'import "one"; import "@team/lib/x.mjs";',
    [`${store}/one/package.json`]:
      '{ "name": "one", "version": "1.0.0", "dependencies": { "two": "1", "absent": "1" } }',
    [`${store}/one/index.js`]: "",
    [`${store}/one/unseen/file.txt`]: "",
    "node_modules/.pnpm/two@1/node_modules/two/package.json": '{ "name": "two", "version": "1.0.0" }',
    "node_modules/.pnpm/two@1/node_modules/two/two.node": "",
    "node_modules/never/package.json": '{ "name": "never" }',
    "packages/lib/package.json": '{ "name": "@team/lib", "version": "1.0.0" }',
    "packages/lib/x.mjs": "",
    "packages/lib/y.mjs": "",
  });
  symlinkSync(path.join(home, store, "one"), path.join(home, "node_modules/one"));
  symlinkSync("../../two@1/node_modules/two", path.join(home, store, "two"));
  mkdirSync(path.join(home, "node_modules/@team"));
  symlinkSync(path.join(home, "packages/lib"), path.join(home, "node_modules/@team/lib"));
  const manifest = gathered("a.mjs");
  expect(names(manifest)).toEqual([
    "a.mjs",
    "node_modules/.pnpm/one@1/node_modules/one/index.js",
    "node_modules/.pnpm/one@1/node_modules/one/package.json",
    "node_modules/.pnpm/one@1/node_modules/one/unseen/file.txt",
    "node_modules/.pnpm/two@1/node_modules/two/package.json",
    "node_modules/.pnpm/two@1/node_modules/two/two.node",
    "package.json",
    "packages/lib/package.json",
    "packages/lib/x.mjs",
  ]);
  expect(manifest.links.map(link => path.relative(home, link.path)).sort()).toEqual([
    "node_modules/.pnpm/one@1/node_modules/two",
    "node_modules/@team/lib",
    "node_modules/one",
  ]);
  expect(manifest.native).toEqual({ machine, packages: ["two"] });
  expect(foreign(manifest)).toBeNull();
  expect(foreign({ ...manifest, native: { machine: "plan9 mips", packages: ["two"] } })).toBe(
    `two has native code for plan9 mips, and this is ${machine}`,
  );
});

test("it is laid out as it lies, once for each content, and can be loaded there", async () => {
  write({
    "p/package.json": '{ "name": "p", "type": "module" }',
    "p/a.mjs": 'import { one } from "one"; import { b } from "./lib/b.mjs"; export default one + b;',
    "p/lib/b.mjs": "export const b = 1;",
    "p/node_modules/one/package.json": '{ "name": "one", "version": "1.0.0", "exports": "./one.mjs" }',
    "p/node_modules/one/one.mjs": "export const one = 41;",
  });
  const manifest = manifestIn(JSON.stringify(gathered("p/a.mjs")));
  expect(isHere(manifest)).toBe(true);
  const shelf = new Shelf(path.join(home, "shelf"));
  for (const { path: place, digest } of manifest.files) {
    expect(shelf.has(digest)).toBe(false);
    shelf.put(digest, readFileSync(place));
  }
  rmSync(path.join(home, "p"), { recursive: true });
  expect(isHere(manifest)).toBe(false);
  const url = shelf.layOut(manifest);
  expect(url).toMatch(/p\/a\.mjs$/);
  expect(((await import(url)) as { default: number }).default).toBe(42);
  expect(shelf.layOut(manifest)).toBe(url);
  expect(existsSync(new URL("./lib/b.mjs", url))).toBe(true);
});

test("a list that leads elsewhere, and content that is not what was asked for, are refused", () => {
  write({ "package.json": "{}", "a.mjs": "" });
  const manifest = gathered("a.mjs");
  const [file] = manifest.files;
  const bad: readonly Partial<Manifest>[] = [
    { entry: "a.mjs" },
    { files: [{ ...file!, path: "/x/../../etc/passwd" }] },
    { files: [{ ...file!, digest: "../../x" as never }] },
    { links: [{ path: "/x/y/..", to: "/z" }] },
    { links: [{ path: "/x", to: "relative" }] },
    { entry: 5 as never },
  ];
  for (const change of bad) {
    expect(() => manifestIn(JSON.stringify({ ...manifest, ...change }))).toThrow("a list of code that names no files");
  }
  const shelf = new Shelf(path.join(home, "shelf"));
  expect(() => shelf.put(file!.digest, Buffer.from("something else"))).toThrow("not what was asked for");
  expect(shelf.has(file!.digest)).toBe(false);
});
