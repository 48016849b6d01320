import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Sight } from "../../../src/cache/resolve/disk.ts";
import { DiskProject } from "../../../src/cache/resolve/project.ts";
import { hold, recall, restamped, witnessesOf } from "../../../src/cache/resolve/witnesses.ts";
import { folderWith, link, touch, write } from "./folder.ts";
import { diskOf, sightOf } from "./resolving.ts";

const RESOLVING = { loader: "tsx", conditions: ["node", "import"] } as const;

/** What `specifier` depends on, as it would be kept. */
function witnesses(root: string, specifier: string, from = "main.ts") {
  const { disk, sight } = sightOf(root, from, specifier);
  return structuredClone(witnessesOf(disk, sight)!);
}

test("a place where nothing was, and something comes", () => {
  const root = folderWith({ "package.json": {}, "x.tsx": "", "y.ts": "", "z/index.ts": "" });
  const [x, y, z] = [witnesses(root, "./x.js"), witnesses(root, "./y"), witnesses(root, "./z")];
  expect([x, y, z].map(one => hold(diskOf(root), one))).toEqual([true, true, true]);
  write(root, { "x.ts": "" });
  expect([x, y, z].map(one => hold(diskOf(root), one))).toEqual([false, true, true]);
  write(root, { y: "" });
  expect([x, y, z].map(one => hold(diskOf(root), one))).toEqual([false, false, true]);
  write(root, { "z.ts": "" });
  expect([x, y, z].map(one => hold(diskOf(root), one))).toEqual([false, false, false]);
});

test("settings: tsconfig.json, what it extends, one that is nearer", () => {
  const root = folderWith({
    "package.json": {},
    "tsconfig.json": { extends: "./base.json" },
    "base.json": { compilerOptions: { paths: { "~/*": ["./a/*"] } } },
    "a/x.ts": "",
    "src/main.ts": "",
  });
  const before = witnesses(root, "~/x", "src/main.ts");
  write(root, { "a/y.ts": "", "src/other.ts": "", "README.md": "" });
  expect(hold(diskOf(root), before)).toBe(true);
  write(root, { "base.json": { compilerOptions: { paths: { "~/*": ["./b/*"] } } } });
  expect(hold(diskOf(root), before)).toBe(false);
  write(root, { "base.json": { compilerOptions: { paths: { "~/*": ["./a/*"] } } } });
  expect(hold(diskOf(root), before)).toBe(true);
  write(root, { "src/tsconfig.json": {} });
  expect(hold(diskOf(root), before)).toBe(false);
});

test("packages: upgraded, one below it upgraded, one that comes nearer, a link turned elsewhere", () => {
  const root = folderWith({
    "package.json": {},
    "node_modules/a/package.json": { name: "a", version: "1.0.0", dependencies: { b: "*" } },
    "node_modules/b/package.json": { name: "b", version: "1.0.0" },
    "work/one/package.json": { name: "w", main: "index.ts" },
    "work/one/index.ts": "",
    "work/two/package.json": { name: "w", main: "index.ts" },
    "work/two/index.ts": "",
  });
  link(root, "node_modules/w", "work/one");
  const [a, w] = [witnesses(root, "a", "src/main.ts"), witnesses(root, "w", "src/main.ts")];
  expect([a, w].map(one => hold(diskOf(root), one))).toEqual([true, true]);
  rmSync(join(root, "node_modules/w"));
  link(root, "node_modules/w", "work/two");
  expect([a, w].map(one => hold(diskOf(root), one))).toEqual([true, false]);
  write(root, { "node_modules/b/package.json": { name: "b", version: "1.0.1" } });
  expect(hold(diskOf(root), a)).toBe(false);
  write(root, { "node_modules/b/package.json": { name: "b", version: "1.0.0" } });
  expect(hold(diskOf(root), a)).toBe(true);
  mkdirSync(join(root, "node_modules/a/node_modules/b"), { recursive: true });
  expect(hold(diskOf(root), a)).toBe(false);
});

test("the same bytes at another time are the same, and their new stat is kept", () => {
  const root = folderWith({ "package.json": {}, "node_modules/a/package.json": { name: "a", version: "1.0.0" } });
  const before = witnesses(root, "a");
  touch(root, "node_modules/a/package.json", new Date(1_000_000_000_000));
  const disk = diskOf(root);
  expect(hold(disk, before)).toBe(true);
  // Its stat is younger than can be believed; only a file that has rested has one to keep.
  expect(restamped(disk, before)).toBe(null);
});

test("a project that was moved finds everything in its place", () => {
  const outer = folderWith({
    "p/package.json": {},
    "p/x.ts": "",
    "p/node_modules/a/package.json": { name: "a", version: "1.0.0", dependencies: { b: "*" } },
    "p/work/package.json": { name: "w", main: "x.ts" },
    "p/work/x.ts": "",
  });
  symlinkSync("../work", join(outer, "p/node_modules/w"));
  const kept = ["./x.js", "a", "w"].map(one => witnesses(join(outer, "p"), one));
  mkdirSync(join(outer, "q"));
  renameSync(join(outer, "p"), join(outer, "q/r"));
  for (const one of kept) expect(hold(diskOf(join(outer, "q/r")), one)).toBe(true);
});

test("what was kept is what was seen", () => {
  const root = folderWith({ "package.json": {}, "x.ts": "", "node_modules/a/package.json": { name: "a" } });
  for (const specifier of ["./x.js", "a"]) {
    const { disk, sight } = sightOf(root, "main.ts", specifier);
    const again = new Sight();
    recall(disk, witnessesOf(disk, sight)!, again);
    expect([...again.read].sort()).toEqual([...sight.read].sort());
    expect(new Set([...again.seen, ...again.read])).toEqual(new Set([...sight.seen, ...sight.read]));
  }
});

const PLACES = [
  ...["package.json", "tsconfig.json", "x", "x.ts", "x.tsx", "x.js", "x/index.ts", "x/package.json", "s/package.json"],
  ...["s/tsconfig.json", "s/x.ts", "node_modules/a/package.json", "node_modules/a/index.js", "node_modules/a/x.ts"],
  ...["node_modules/b/package.json", "node_modules/a/node_modules/b/package.json", "s/node_modules/a/package.json"],
  ...["w/package.json", "w/index.ts", "w/x.ts", "w", "s", "node_modules", "node_modules/a", "node_modules/b"],
];
const CONTENTS = [
  "",
  "{}",
  '{"name":"a","version":"1","dependencies":{"b":"*"}}',
  '{"name":"a","version":"2","optionalDependencies":{"b":"*"},"exports":{".":"./x.ts","./x":"./index.js"}}',
  '{"name":"b","version":"1","peerDependencies":{"a":"*"},"main":"x.ts"}',
  '{"name":"b","imports":{"#x":"./x.ts"},"exports":"./x.ts"}',
  '{"name":"p","imports":{"#x":"a"}}',
  '{"compilerOptions":{"baseUrl":"."}}',
  '{"compilerOptions":{"paths":{"a":["./w/x.ts"],"~/*":["./s/*"]}}}',
  '{"extends":"./s/tsconfig.json"}',
];
const place = fc.constantFrom(...PLACES);
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ place, content: fc.constantFrom(...CONTENTS) }) },
  { weight: 2, arbitrary: fc.record({ place, to: place }) },
  { weight: 2, arbitrary: fc.record({ place, gone: fc.constant(true) }) },
);
type Change = { place: string } & ({ content: string } | { to: string } | { gone: true });
const FROM = ["m.ts", "s/m.js"];
const SPECIFIERS = ["./x.js", "./x", "../w/x.js", "a", "a/x", "b", "~/x.js", "#x", "s/x", "w", "p"];

test("while what was seen holds, every answer stays the same", () => {
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 4, maxLength: 24 }),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (before, after) => {
        const root = folderWith();
        for (const one of before) apply(root, one);
        const project = watched(root);
        const kept = FROM.flatMap(from =>
          SPECIFIERS.map(specifier => ({ from, specifier, ...project(from, specifier) })),
        );
        for (const one of after) apply(root, one);
        const now = watched(root);
        for (const { from, specifier, answer, witnesses } of kept) {
          if (witnesses === null || !hold(diskOf(root), witnesses)) continue;
          expect({ from, specifier, answer: now(from, specifier).answer }).toEqual({ from, specifier, answer });
        }
      },
    ),
    { numRuns: 300 },
  );
});

function watched(root: string) {
  const disk = diskOf(root);
  const project = new DiskProject(disk, RESOLVING);
  return (from: string, specifier: string) => {
    const sight = new Sight();
    const answer = disk.watch(sight, () => project.resolve(join(root, from), specifier));
    return { answer, witnesses: witnessesOf(disk, sight) };
  };
}

/** Makes a change if it can be made: a file is not put below a file. */
function apply(root: string, change: Change): void {
  const target = join(root, change.place);
  try {
    if (!("content" in change)) rmSync(target, { recursive: true, force: true });
    if ("gone" in change) return;
    mkdirSync(dirname(target), { recursive: true });
    if ("to" in change) symlinkSync(join(root, change.to), target);
    else if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory() !== true)
      writeFileSync(target, change.content);
  } catch (error) {
    if (!["EEXIST", "ENOTDIR", "ELOOP", "ENOENT", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
  }
}
