import { mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import type { CodeMode } from "../../../src/cache/code.ts";
import { type Coded, Codes } from "../../../src/cache/codes.ts";
import { type Files, folderWith, link, MapMemo, touch, write } from "./folder.ts";
import { StandIn } from "./standin.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** As if everything that has been written until now had been written some time ago. */
function later(seconds = 10): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1000 });
}

function taskIn(root: string, file: string, name = "t"): Coded {
  return {
    identity: `p/${file}#${name}`,
    module: pathToFileURL(join(root, file)).href,
    name,
    kind: "task",
    fn: () => 1,
  };
}

/** A process that is started, asks for a task's code, and ends: the code, and what it took to find it. */
function start(root: string, memo: MapMemo | null, task: Coded = taskIn(root, "main.ts"), mode: CodeMode = "closure") {
  const standIn = new StandIn();
  const code = new Codes(root, memo, standIn.analyse).of(task, mode);
  return { digest: code.digest, parsed: standIn.parsed, resolved: standIn.resolved };
}

const PROJECT: Files = {
  "package.json": { name: "p", type: "module" },
  "tsconfig.json": { compilerOptions: { paths: { "~/*": ["./src/*"] } } },
  "main.ts": 'import "./a.js"; import "~/b"; import "lib"; import "linked"; import "./data.json";',
  "a.ts": 'import "./deep/c";',
  "src/b.ts": "b",
  "deep/c.ts": "c",
  "data.json": "{}",
  "other.ts": "",
  "node_modules/lib/package.json": { name: "lib", version: "1.0.0", dependencies: { below: "*" } },
  "node_modules/below/package.json": { name: "below", version: "1.0.0" },
  "linked/package.json": { name: "linked", main: "index.ts" },
  "linked/index.ts": "1",
};

function project(): string {
  const root = folderWith(PROJECT);
  link(root, "node_modules/linked", "linked");
  return root;
}

test("a second start parses and resolves nothing", () => {
  const root = project();
  const memo = new MapMemo();
  const cold = start(root, memo);
  expect(cold).toMatchObject({ parsed: 5, resolved: 6 });
  expect(start(root, memo)).toEqual({ digest: cold.digest, parsed: 0, resolved: 0 });
  expect(start(root, null)).toEqual(cold);
});

test.each<[string, Files]>([
  ["a file", { "deep/c.ts": "d" }],
  ["a linked workspace", { "linked/index.ts": "2" }],
  ["data", { "data.json": "[]" }],
  ["a package", { "node_modules/lib/package.json": { name: "lib", version: "1.0.1", dependencies: { below: "*" } } }],
  ["a package below it", { "node_modules/below/package.json": { name: "below", version: "1.0.1" } }],
  ["a package that takes its place", { "node_modules/lib/node_modules/below/package.json": { name: "below" } }],
  ["a file that takes another's place", { "a.tsx": "", "src/b.tsx": "", "a.ts": "", "src/b": "x" }],
  ["paths", { "tsconfig.json": { compilerOptions: { paths: { "~/*": ["./src/*", "./linked/*"], "./a.js": [] } } } }],
])("a change of %s is seen, and so is its undoing", (_, change) => {
  const root = project();
  const memo = new MapMemo();
  const before = start(root, memo);
  write(root, change);
  const after = start(root, memo);
  expect(after.resolved).toBeGreaterThan(0);
  expect(after.digest).toBe(start(root, null).digest);
  expect(start(root, memo)).toEqual({ digest: after.digest, parsed: 0, resolved: 0 });
  for (const name of Object.keys(change)) if (!(name in PROJECT)) rmSync(join(root, name));
  rmSync(join(root, "node_modules/lib/node_modules"), { recursive: true, force: true });
  write(root, PROJECT);
  expect(start(root, memo).digest).toBe(before.digest);
});

test("paths that lead elsewhere", () => {
  const root = project();
  const memo = new MapMemo();
  const before = start(root, memo);
  write(root, { "elsewhere/b.ts": "other" });
  expect(start(root, memo)).toMatchObject({ digest: before.digest, parsed: 0 });
  write(root, { "tsconfig.json": { compilerOptions: { paths: { "~/*": ["./elsewhere/*"] } } } });
  expect(start(root, memo).digest).not.toBe(before.digest);
});

test("x.ts was meant by ./x.js, and x.js appears: the loader decides which it is, and it is asked", () => {
  const root = folderWith({
    "package.json": {},
    "main.mjs": 'import "./x.js"; import "./y";',
    "x.ts": "1",
    "y.ts": "1",
  });
  const memo = new MapMemo();
  const task = taskIn(root, "main.mjs");
  const before = start(root, memo, task);
  write(root, { "x.js": "2" });
  const exact = start(root, memo, task);
  expect(exact.digest).not.toBe(before.digest);
  write(root, { y: "2" });
  expect(start(root, memo, task).digest).not.toBe(exact.digest);
});

test("files that nobody looked for change nothing", () => {
  const root = project();
  const memo = new MapMemo();
  const { digest } = start(root, memo);
  write(root, { "other.ts": "changed", "new.ts": "", "src/new.ts": "", "node_modules/new/package.json": {} });
  expect(start(root, memo)).toEqual({ digest, parsed: 0, resolved: 0 });
});

test("the same bytes at another time are the same code", () => {
  const root = project();
  const memo = new MapMemo();
  const { digest } = start(root, memo);
  touch(root, "deep/c.ts", new Date(1_000_000_000_000));
  expect(start(root, memo)).toEqual({ digest, parsed: 0, resolved: 0 });
});

test("an edit right after, of the same size and with the same times, is noticed", () => {
  const root = project();
  const memo = new MapMemo();
  const before = start(root, memo);
  const { atime, mtime } = statSync(join(root, "deep/c.ts"));
  writeFileSync(join(root, "deep/c.ts"), "x");
  utimesSync(join(root, "deep/c.ts"), atime, mtime);
  expect(start(root, memo).digest).not.toBe(before.digest);
});

test("files that have come to rest are known by their stat", () => {
  const root = project();
  const memo = new MapMemo();
  start(root, memo);
  expect(stampsIn(memo)).toEqual([null]);
  later();
  start(root, memo);
  expect(stampsIn(memo)).not.toContain(null);
});

function stampsIn(memo: MapMemo): unknown[] {
  const kept = [...memo.kept.values()] as { witnesses?: { contents: unknown[][] } }[];
  return [...new Set(kept.flatMap(one => one.witnesses?.contents ?? []).map(one => one[3]))];
}

test("a project that was moved is known where it is now", () => {
  const outer = folderWith(
    Object.fromEntries(Object.entries(PROJECT).map(([name, content]) => [`p/${name}`, content])),
  );
  write(outer, { "p/node_modules/linked/package.json": { name: "linked", version: "1.0.0" } });
  const memo = new MapMemo();
  const { digest } = start(join(outer, "p"), memo);
  mkdirSync(join(outer, "q"));
  renameSync(join(outer, "p"), join(outer, "q/r"));
  expect(start(join(outer, "q/r"), memo)).toEqual({ digest, parsed: 0, resolved: 0 });
});

test("tasks of one module are kept side by side, whenever they are asked for", () => {
  const root = project();
  const memo = new MapMemo();
  const [one, two] = [taskIn(root, "main.ts", "one"), taskIn(root, "main.ts", "two")];
  start(root, memo, one);
  expect(start(root, memo, two).resolved).toBe(6);
  expect(start(root, memo, two, "module").resolved).toBe(6);
  for (const [task, mode] of [
    [one, "closure"],
    [two, "closure"],
    [two, "module"],
  ] as const) {
    expect(start(root, memo, task, mode).resolved).toBe(0);
  }
  write(root, { "deep/c.ts": "d" });
  const changed = start(root, memo, one);
  expect(changed.resolved).toBe(6);
  expect(start(root, memo, two)).toMatchObject({ digest: changed.digest, resolved: 6 });
  expect(start(root, memo, one).resolved + start(root, memo, two).resolved).toBe(0);
});

test("a module's tasks may depend on more than one another", () => {
  const root = folderWith({ "package.json": {}, "a.ts": "a", "b.ts": "b", "main.ts": "" });
  const memo = new MapMemo();
  const first = new Codes(root, memo, by("a.ts"));
  first.of(taskIn(root, "main.ts", "one"), "closure");
  const second = () => new Codes(root, memo, by("b.ts")).of(taskIn(root, "main.ts", "two"), "closure").digest;
  const before = second();
  write(root, { "a.ts": "changed" });
  expect(second()).toBe(before);
  write(root, { "b.ts": "changed" });
  expect(second()).not.toBe(before);
});

/** An analysis for which every task is what a certain file says. */
function by(file: string): ConstructorParameters<typeof Codes>[2] {
  const base = new StandIn();
  return given => {
    const analysis = base.analyse(given);
    return {
      ...analysis,
      inModule: (task, mode) => analysis.inModule({ ...task, module: join(given.root, file) }, mode),
    };
  };
}

test("one object sees the files as they were when it first looked", () => {
  const root = project();
  const codes = new Codes(root, new MapMemo(), new StandIn().analyse);
  const task = taskIn(root, "main.ts");
  const before = codes.of(task, "closure");
  write(root, { "a.ts": "changed" });
  expect(codes.of(task, "closure")).toBe(before);
});

test("files that change while they are looked at are not kept", () => {
  const root = project();
  const memo = new MapMemo();
  const base = new StandIn();
  const codes = new Codes(root, memo, given => {
    const analysis = base.analyse(given);
    return {
      ...analysis,
      inModule: (task, mode) => {
        given.read(join(root, "a.ts"));
        write(root, { "a.ts": "changed meanwhile" });
        given.read(join(root, "a.ts"));
        return analysis.inModule(task, mode);
      },
    };
  });
  codes.of(taskIn(root, "main.ts"), "closure");
  expect([...memo.kept.keys()].filter(key => key.startsWith("code:"))).toEqual([]);
});

test.each([null, "data:text/javascript,1", "file:///nowhere/at/all.ts"])(
  "code of module %s counts by its text",
  module => {
    const root = folderWith();
    const memo = new MapMemo();
    const standIn = new StandIn();
    const codes = () => new Codes(root, memo, standIn.analyse);
    const task = { identity: "#t", module, name: "t", kind: "task" } as const;
    const one = codes().of({ ...task, fn: () => 1 }, "closure");
    const two = codes().of({ ...task, fn: () => 2 }, "closure");
    expect(one.loose.length).toBe(1);
    expect(two.digest).not.toBe(one.digest);
    expect(memo.kept.size).toBe(0);
  },
);

test("a warm start of a project of 1,000 files parses and resolves nothing", () => {
  const files: Record<string, string | object> = { "package.json": { name: "p", type: "module" } };
  for (let at = 0; at < 1000; at++) {
    const next = [2 * at + 1, 2 * at + 2, at + 7].filter(one => one < 1000);
    files[nameOf(at)] = next.map(one => `import "../${nameOf(one).replace(/ts$/, "js")}";`).join("\n");
  }
  const root = folderWith(files);
  const memo = new MapMemo();
  later();
  const cold = start(root, memo, taskIn(root, nameOf(0)));
  expect(cold.parsed).toBeGreaterThan(990);
  const asked = vi.spyOn(memo, "get");
  expect(start(root, memo, taskIn(root, nameOf(0)))).toEqual({ digest: cold.digest, parsed: 0, resolved: 0 });
  // One for the module, one for the task: what is known of each file comes with the module.
  expect(asked).toHaveBeenCalledTimes(2);
  write(root, { [nameOf(999)]: "changed" });
  expect(start(root, memo, taskIn(root, nameOf(0))).digest).not.toBe(cold.digest);
});

function nameOf(at: number): string {
  return `d${at % 25}/f${at}.ts`;
}
