import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Packages } from "../../../src/cache/resolve/packages.ts";
import { type Files, folderWith, link, write } from "./folder.ts";
import { diskOf, projectOf } from "./resolving.ts";

function pack(name: string, version: string, dependencies: readonly string[] = [], more: object = {}): object {
  return { name, version, dependencies: Object.fromEntries(dependencies.map(one => [one, "*"])), ...more };
}

function printOf(root: string, name: string): string {
  const found = projectOf(root).resolve(join(root, "main.ts"), name);
  if (found.kind !== "package") throw new Error(`${name} is ${found.kind}`);
  return found.fingerprint;
}

const CHAIN: Files = {
  "package.json": {},
  "node_modules/a/package.json": pack("a", "1.0.0", ["b"]),
  "node_modules/b/package.json": pack("b", "1.0.0", ["c"]),
  "node_modules/c/package.json": pack("c", "1.0.0"),
  "node_modules/other/package.json": pack("other", "1.0.0"),
};

test("a fingerprint changes with every package below, and with no other", () => {
  const root = folderWith(CHAIN);
  const before = printOf(root, "a");
  write(root, { "node_modules/other/package.json": pack("other", "2.0.0") });
  write(root, { "node_modules/c/package.json": pack("c", "1.0.0", [], { description: "the same version" }) });
  expect(printOf(root, "a")).toBe(before);
  write(root, { "node_modules/c/package.json": pack("c", "1.0.1") });
  expect(printOf(root, "a")).not.toBe(before);
  write(root, { "node_modules/c/package.json": pack("c", "1.0.0") });
  expect(printOf(root, "a")).toBe(before);
  write(root, { "node_modules/b/node_modules/c/package.json": pack("c", "3.0.0") });
  expect(printOf(root, "a")).not.toBe(before);
});

test("a fingerprint says nothing of where packages lie", () => {
  const flat = folderWith(CHAIN);
  const nested = folderWith({
    "package.json": {},
    "node_modules/a/package.json": pack("a", "1.0.0", ["b"]),
    "node_modules/a/node_modules/b/package.json": pack("b", "1.0.0", ["c"]),
    "node_modules/a/node_modules/b/node_modules/c/package.json": pack("c", "1.0.0"),
  });
  const store = "node_modules/.pnpm";
  const linked = folderWith({
    "package.json": {},
    [`${store}/a@1.0.0/node_modules/a/package.json`]: pack("a", "1.0.0", ["b"]),
    [`${store}/b@1.0.0/node_modules/b/package.json`]: pack("b", "1.0.0", ["c"]),
    [`${store}/c@1.0.0/node_modules/c/package.json`]: pack("c", "1.0.0"),
  });
  link(linked, "node_modules/a", `${store}/a@1.0.0/node_modules/a`);
  link(linked, `${store}/a@1.0.0/node_modules/b`, `${store}/b@1.0.0/node_modules/b`);
  link(linked, `${store}/b@1.0.0/node_modules/c`, `${store}/c@1.0.0/node_modules/c`);
  expect(printOf(nested, "a")).toBe(printOf(flat, "a"));
  expect(printOf(linked, "a")).toBe(printOf(flat, "a"));
});

test("packages may need each other", () => {
  const root = folderWith({
    "package.json": {},
    "node_modules/a/package.json": pack("a", "1.0.0", ["b"]),
    "node_modules/b/package.json": pack("b", "1.0.0", ["a", "b"]),
  });
  const [a, b] = [printOf(root, "a"), printOf(root, "b")];
  expect(a).not.toBe(b);
  write(root, { "node_modules/a/package.json": pack("a", "1.0.1", ["b"]) });
  expect(printOf(root, "a")).not.toBe(a);
  expect(printOf(root, "b")).not.toBe(b);
});

test("optional and peer dependencies count where they are installed", () => {
  const more = { optionalDependencies: { native: "*" }, peerDependencies: { peer: "*", heddle: "*" } };
  const root = folderWith({ "package.json": {}, "node_modules/a/package.json": pack("a", "1.0.0", ["native"], more) });
  const prints = [printOf(root, "a")];
  for (const name of ["native", "peer", "heddle"]) {
    write(root, { [`node_modules/${name}/package.json`]: pack(name, "1.0.0") });
    prints.push(printOf(root, "a"));
  }
  expect(new Set(prints).size).toBe(3);
  expect(prints[3]).toBe(prints[2]);
});

test("a dependency that is missing counts, and so does its coming", () => {
  const root = folderWith({ "package.json": {}, "node_modules/a/package.json": pack("a", "1.0.0", ["b"]) });
  const before = printOf(root, "a");
  write(root, { "node_modules/b/package.json": pack("b", "1.0.0") });
  expect(printOf(root, "a")).not.toBe(before);
  rmSync(join(root, "node_modules/b"), { recursive: true });
  expect(printOf(root, "a")).toBe(before);
});

test("a workspace that an installed package needs counts by its package.json", () => {
  const root = folderWith({
    "package.json": {},
    "node_modules/a/package.json": pack("a", "1.0.0", ["work"]),
    "work/package.json": pack("work", "0.0.0"),
    "work/index.js": "1",
  });
  link(root, "node_modules/work", "work");
  const before = printOf(root, "a");
  write(root, { "work/index.js": "2" });
  expect(printOf(root, "a")).toBe(before);
  write(root, { "work/package.json": pack("work", "0.0.0", [], { main: "other.js" }) });
  expect(printOf(root, "a")).not.toBe(before);
});

test("a package.json that cannot be read stands for a package all the same", () => {
  const root = folderWith({
    "package.json": {},
    "node_modules/a/package.json": "{",
    "node_modules/b/package.json": "[]",
  });
  expect(projectOf(root).resolve(join(root, "main.ts"), "a")).toMatchObject({ name: "a", version: "?" });
  expect(projectOf(root).resolve(join(root, "main.ts"), "b")).toMatchObject({ name: "b", version: "?" });
});

test("a project inside of a node_modules folder is the user's", () => {
  const outer = folderWith({ "node_modules/.cache/p/package.json": {}, "node_modules/.cache/p/a.ts": "" });
  const root = join(outer, "node_modules/.cache/p");
  expect(new Packages(diskOf(root)).isInstalled(join(root, "a.ts"))).toBe(false);
  expect(projectOf(root).resolve(join(root, "main.ts"), "./a.ts").kind).toBe("source");
});
