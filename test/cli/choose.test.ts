import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Candidate, type Choosable, choose } from "../../src/cli/run/choose.ts";
import { locate } from "../../src/cli/run/locate.ts";

function candidate(kind: "task" | "flow", name: string, ...exports: string[]): Candidate {
  const definition = {
    kind,
    name,
    identity: `p/m.ts#${name}`,
    module: "file:///p/m.ts",
    where: "/p/m.ts:1:1",
    inside: null,
    options: {},
    fn: () => undefined,
  };
  return { definition, exports, value: exports.length === 0 ? null : () => undefined, isTarget: false };
}

function moduleOf(candidates: Candidate[], more: Partial<Choosable> = {}): Choosable {
  return { shown: "m.ts", candidates, namespace: {}, parkedAt: null, ...more };
}

describe("without a name", () => {
  const report = candidate("flow", "report", "report");
  test("the default export, also if it is a task", () => {
    const main = candidate("task", "count", "default");
    expect(choose(moduleOf([report, main]), undefined)).toBe(main);
  });
  test("else the only flow, exported or not", () => {
    const hidden = candidate("flow", "hidden");
    expect(choose(moduleOf([candidate("task", "main", "main"), report]), undefined)).toBe(report);
    expect(choose(moduleOf([candidate("task", "t", "t"), hidden]), undefined)).toBe(hidden);
  });
  test("else main", () => {
    const main = candidate("flow", "start", "main");
    expect(choose(moduleOf([report, main]), undefined)).toBe(main);
  });
  test("else an error that lists what there is", () => {
    const several = moduleOf([report, candidate("flow", "clean", "tidy"), candidate("task", "count")]);
    expect(() => choose(several, undefined)).toThrow(
      "m.ts has 2 flows, and none of them is its default export\n" +
        "  It has: the flow report, the flow clean (exported as tidy), the task count. Write, for example, m.ts:report",
    );
    expect(() => choose(moduleOf([candidate("task", "count")]), undefined)).toThrow("m.ts has no flow");
  });
  test("a module without any says what its default export is instead", () => {
    const module = moduleOf([], { namespace: { default: function report() {} } });
    expect(() => choose(module, undefined)).toThrow("its default export is the function report");
  });
});

describe("by name", () => {
  const clean = candidate("flow", "clean", "tidy");
  const module = moduleOf([candidate("flow", "report", "default", "clean"), clean], { namespace: { helper: () => 1 } });
  test("the name of the export comes before heddle's", () => {
    expect(choose(module, "tidy")).toBe(clean);
    expect(choose(module, "clean").definition.name).toBe("report");
    expect(choose(module, "report").definition.name).toBe("report");
  });
  test("an unknown one, with the nearest", () => {
    expect(() => choose(module, "tidi")).toThrow(
      'm.ts has no task or flow called "tidi"\n  Did you mean m.ts:tidy? It has: the flow report (exported as default, clean)',
    );
  });
  test("an export that is something else", () => {
    expect(() => choose(module, "helper")).toThrow(
      '"helper" in m.ts is the function helper, neither a task nor a flow',
    );
  });
});

test("a module that parked before its flows says where", () => {
  const module = moduleOf([], { namespace: null, parkedAt: "m.ts:3:7, where report(…) is called outside a flow" });
  expect(() => choose(module, undefined)).toThrow(
    "m.ts has no task or flow, up to where its loading stopped: m.ts:3:7, where report(…) is called outside a flow",
  );
});

describe("FILE[:name]", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "heddle-locate-"));
    mkdirSync(path.join(folder, "inner"));
    for (const name of ["pipeline.ts", "other.ts", "notes.md", "odd:name.ts"])
      writeFileSync(path.join(folder, name), "");
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => path.join(folder, name);

  test("with and without a name; a colon may belong to the file", async () => {
    expect(await locate(at("pipeline.ts"))).toMatchObject({ file: at("pipeline.ts"), name: undefined });
    expect(await locate(at("pipeline.ts:report"))).toMatchObject({ file: at("pipeline.ts"), name: "report" });
    expect(await locate(at("odd:name.ts"))).toMatchObject({ file: at("odd:name.ts"), name: undefined });
    expect(await locate(at("odd:name.ts:x"))).toMatchObject({ file: at("odd:name.ts"), name: "x" });
  });

  test.each([
    ["pipelin.ts", /There is no file .*pipelin\.ts\n {2}Did you mean .*pipeline\.ts\?/],
    ["pipeline.js:report", /There is no file .*pipeline\.js\n {2}Did you mean .*pipeline\.ts\?/],
    ["pipeline", /Did you mean .*pipeline\.ts\?/],
    ["quite-different.ts", /holds: .*other\.ts/],
    ["nowhere/x.ts", /The folder .*nowhere does not exist either/],
    ["inner", /inner is a folder, not a file/],
    ["pipeline.ts:", /There is no name behind the colon/],
  ])("%s is refused", async (name, message) => {
    await expect(locate(at(name))).rejects.toThrow(message);
  });
});
