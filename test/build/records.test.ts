/** What is known of targets on disk: that it comes back as it was, and what becomes of it when a build dies. */
import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { inline } from "heddle";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { TargetRecord } from "../../src/build/freshness/record.ts";
import { Places } from "../../src/build/graph/places.ts";
import { Files } from "../../src/build/records/files.ts";
import { columnsOf, type FileState } from "../../src/build/records/gather.ts";
import { fromBytes, toBytes } from "../../src/build/records/layout.ts";
import { Records } from "../../src/build/records/records.ts";
import { RecordTable } from "../../src/build/records/table.ts";
import { HEAD, targetProject } from "./rig.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const record: fc.Arbitrary<TargetRecord> = fc.record({
  identity: text,
  name: text,
  code: text,
  run: text,
  reads: fc.array(fc.record({ at: text, path: fc.option(text), mark: text }), { maxLength: 4 }),
  makes: fc.array(fc.record({ at: text, path: text, digest: text, size: fc.nat() }), { maxLength: 4 }),
  result: fc.option(fc.record({ mark: text, tag: fc.constantFrom("json", "clone"), data: text })),
  returned: fc.array(fc.record({ family: text, module: text, member: text, parameters: fc.array(fc.nat()) }), {
    maxLength: 2,
  }),
  ms: fc.double({ noNaN: true }),
  at: fc.nat(),
});
const states = fc.dictionary(
  text,
  fc.record({ digest: text, stat: fc.option(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat())) }),
);

describe("records", () => {
  test("come back as they were, with what was known of their files", () => {
    const unique = fc.uniqueArray(record, { selector: each => each.identity, maxLength: 6 });
    fc.assert(
      fc.property(unique, states, (records, known) => {
        const stateOf = (path: string): FileState | undefined => (Object.hasOwn(known, path) ? known[path] : undefined);
        const table = new RecordTable(fromBytes(toBytes(columnsOf(records, stateOf)))!);
        expect(records.map(({ identity }) => table.recordAt(table.rowOf(identity)))).toEqual(records);
        expect(table.rowOf("no such target at all")).toBe(-1);
        for (const path of records.flatMap(({ makes }) => makes.map(make => make.path))) {
          const row = table.fileRowOf(path);
          const digest = table.text(table.columns.fileDigest[row]!);
          expect([digest, Number.isNaN(table.columns.fileStat[row * 4])]).toEqual([
            stateOf(path)?.digest ?? "",
            (stateOf(path)?.stat ?? null) === null,
          ]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("that are damaged anywhere are none", () => {
    const whole = toBytes(columnsOf(fc.sample(record, { numRuns: 3, seed: 1 }), () => undefined));
    for (let at = 0; at < whole.length; at += 1) {
      if (at >= 32 && at < 36) continue;
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0x10;
      expect([at, fromBytes(damaged)]).toEqual([at, null]);
    }
    expect(fromBytes(whole.subarray(0, -1))).toBe(null);
    expect(fromBytes(Buffer.from("something else"))).toBe(null);
  });
});

const PAIR = `${HEAD}
  export const pair = target("pair", { inputs: { i: file("i") }, outputs: { a: file("bld/a"), d: dir("out/d") } },
    ({ i }, { a, d }) => { tell("pair"); writeFileSync(a, readFileSync(i)); writeFileSync(d + "/x", readFileSync(i)); });
`;

describe("a build that died", () => {
  test.each(["before", "in the midst of", "after"])("%s publishing is ended by the next one", async when => {
    const { build, folder, write, read, remove } = targetProject({ "t.target.mjs": PAIR, i: "old" });
    await build();
    write({ i: "new" });
    await build();
    const log = join(folder, ".heddle/build/log");
    const records = Records.look(folder);
    const [made] = [...records.all()];
    // As it was when the new outputs had been made, and nothing of that was recorded.
    write({ i: "old" });
    await build({ force: true });
    write({
      i: "new",
      "bld/.heddle-stage/run-1.1/a": "new",
      "out/.heddle-stage/run-1.1/d/x": "new",
      "bld/.heddle-stage/run-0.1/left": "over",
    });
    const moves = [
      { kind: "file", from: "bld/.heddle-stage/run-1.1/a", to: "bld/a" },
      { kind: "dir", from: "out/.heddle-stage/run-1.1/d", to: "out/d" },
    ];
    const lines = [{ stage: "bld" }, { stage: "out" }, { intent: { record: made, moves } }];
    writeFileSync(log, `${lines.map(line => JSON.stringify(line)).join("\n")}\n{"made":{"iden`);
    if (when !== "before") {
      remove("bld/.heddle-stage/run-1.1");
      write({ "bld/a": "new" });
    }
    if (when === "after") {
      remove("out/.heddle-stage/run-1.1");
      write({ "out/d/x": "new" });
    }
    expect(await build()).toMatchObject({ told: [], counts: { fresh: 1 } });
    expect(["bld/a", "out/d/x", "bld/.heddle-stage", "out/.heddle-stage"].map(read)).toEqual([
      "new",
      "new",
      null,
      null,
    ]);
  });

  test("without its last words costs no more than to build again what it had not recorded", async () => {
    const { build, folder, read } = targetProject({ "t.target.mjs": PAIR, i: "1" });
    await build();
    for (const damage of ["", "nothing of the kind"]) {
      writeFileSync(join(folder, ".heddle/build/records"), damage);
      writeFileSync(join(folder, ".heddle/build/code"), damage);
      expect((await build()).told).toEqual(["pair"]);
    }
    expect(read("bld/a")).toBe("1");
  });
});

test("a second build waits for the first", async () => {
  const { build, folder } = targetProject({ "t.target.mjs": PAIR, i: "1" });
  const [one, two] = await Promise.all([build({ runner: inline() }), build({ runner: inline() })]);
  expect([...one.told, ...two.told].filter(name => name === "pair").length).toBeGreaterThan(0);
  expect([one.counts, two.counts]).toContainEqual({ fresh: 1 });
  // One that was left by a process that is gone holds nobody up.
  const first = await Records.open(folder, () => {});
  const own = readFileSync(join(folder, ".heddle/build/lock"), "utf8");
  first.close();
  writeFileSync(join(folder, ".heddle/build/lock"), own.replace(/\.\d+\./, ".99999999."));
  expect((await build()).counts).toEqual({ fresh: 1 });
});

test("files are read only where their stats are not as they were, or were too young", () => {
  const { folder, write } = targetProject({ a: "1" });
  const path = join(folder, "a");
  const [made] = fc.sample(record, { numRuns: 1, seed: 1 });
  const known = { ...made!, reads: [{ at: "a", path: "a", mark: "made up" }], makes: [] };
  const files = (stat: FileState["stat"]) =>
    new Files(new Places(folder), new RecordTable(columnsOf([known], () => ({ digest: "made up", stat }))));
  const now = () => {
    const { size, mtimeMs, ctimeMs, ino } = statSync(path);
    return [size, mtimeMs, ctimeMs, ino] as const;
  };
  const stat = now();
  expect([files(stat).at("a").digest, files(stat).isAsRecorded(0), files(stat).hasNews]).toEqual([
    "made up",
    true,
    false,
  ]);
  expect([files(null).isAsRecorded(0), files(null).at("a").stat]).toEqual([false, null]);
  for (const place of [0, 1, 2, 3]) {
    const other = stat.map((number, at) => (at === place ? number + 1 : number)) as unknown as typeof stat;
    expect([place, files(other).isAsRecorded(0), files(other).at("a").digest]).toEqual([
      place,
      false,
      files(null).at("a").digest,
    ]);
  }
  // Times that were set back do not hide that it was written to.
  const then = new Date(Date.now() - 60_000);
  utimesSync(path, then, then);
  const back = now();
  write({ a: "2" });
  utimesSync(path, then, then);
  expect(files(back).isAsRecorded(0)).toBe(false);
  // Three seconds later nobody has written to it in the same tick of the clock.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_000 });
  onTestFinished(() => void vi.useRealTimers());
  expect(files(null).at("a").stat).toEqual(now());
});
