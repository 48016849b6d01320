/** What is known of targets on disk: that it comes back as it was, and what becomes of it when a build dies. */
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { inline, threads } from "heddle";
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
    const lines = [
      { stage: "bld", run: "run-0" },
      { stage: "bld", run: "run-1" },
      { stage: "out", run: "run-1" },
      { intent: { record: made, moves } },
    ];
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

  test("and whose outputs cannot be put in their places holds up no other", async () => {
    const { build, folder, write, read, remove, has } = targetProject({ "t.target.mjs": PAIR, i: "1" });
    await build();
    const [made] = [...Records.look(folder).all()];
    remove("out");
    write({ out: "a file", "bld/.heddle-stage/run-1.1/a": "2", "else/.heddle-stage/run-1.1/d/x": "2" });
    const moves = [
      { kind: "file", from: "bld/.heddle-stage/run-1.1/a", to: "bld/a" },
      { kind: "dir", from: "else/.heddle-stage/run-1.1/d", to: "out/d" },
    ];
    const lines = [
      { stage: "bld", run: "run-1" },
      { stage: "else", run: "run-1" },
      { intent: { record: made, moves } },
    ];
    writeFileSync(join(folder, ".heddle/build/log"), lines.map(line => `${JSON.stringify(line)}\n`).join(""));
    const records = await Records.open(folder, () => {});
    expect(records.troubles).toEqual([expect.stringMatching(/^What pair made in a build that died could not be put/)]);
    expect(read("bld/a")).toBe("1");
    records.close();
    expect([has("bld/.heddle-stage"), has("else/.heddle-stage"), has(".heddle/build/lock")]).toEqual([
      false,
      false,
      false,
    ]);
    remove("out");
    expect(await build()).toMatchObject({ told: ["pair"], counts: { completed: 1 } });
  });

  test("without its last words costs no more than to build again what it had not recorded", async () => {
    const { build, folder, read } = targetProject({ "t.target.mjs": PAIR, i: "1" });
    await build();
    for (const damage of ["", "nothing of the kind"]) {
      writeFileSync(join(folder, ".heddle/build/records"), damage);
      writeFileSync(join(folder, ".heddle/build/code"), damage);
      const { told, events } = await build();
      expect(told).toEqual(["pair"]);
      expect(JSON.stringify(events)).toContain("/.heddle/build/records is damaged, or of another version of heddle");
    }
    expect(JSON.stringify((await build()).events)).not.toContain("is damaged");
    expect(read("bld/a")).toBe("1");
  });
});

describe("publishing", () => {
  const target = (outputs: string, body: string) => `${HEAD}
    import { rmSync } from "node:fs";
    const root = import.meta.dirname;
    const block = () => { rmSync(root + "/bld/b"); mkdirSync(root + "/bld/b"); writeFileSync(root + "/bld/b/mine", "mine"); };
    export const t = target("t", { inputs: { i: file("i") }, outputs: { ${outputs} } }, ({ i }, { a, b }) => { ${body} });
  `;

  test("keeps outputs apart whose names are like those that are set aside", async () => {
    const { build, write, read, has } = targetProject({
      "t.target.mjs": target(
        `a: dir("bld/a"), b: dir("bld/a.before")`,
        `writeFileSync(a + "/x", "a" + readFileSync(i)); writeFileSync(b + "/x", "b" + readFileSync(i));`,
      ),
      i: "1",
    });
    for (const i of ["1", "2"]) {
      write({ i });
      expect((await build()).counts).toEqual({ completed: 1 });
      expect([read("bld/a/x"), read("bld/a.before/x"), has("bld/.heddle-stage")]).toEqual([`a${i}`, `b${i}`, false]);
    }
  });

  test.each(["file", "dir"])("that fails in the middle takes back what it has done: %s", async kind => {
    const make = kind === "file" ? "writeFileSync(a, readFileSync(i))" : `writeFileSync(a + "/x", readFileSync(i))`;
    const { build, folder, write, read, remove, has } = targetProject({
      "t.target.mjs": target(
        `a: ${kind}("bld/a"), b: file("bld/b")`,
        `${make}; writeFileSync(b, readFileSync(i)); if (existsSync(root + "/block")) block();`,
      ),
      i: "1",
    });
    await build();
    const a = kind === "file" ? "bld/a" : "bld/a/x";
    write({ i: "2" });
    write({ block: "" });
    const blocked = await build();
    expect(blocked.targets[0]!.error).toMatchObject({ code: "UNPUBLISHED" });
    expect([read(a), read("bld/b/mine"), has("bld/.heddle-stage")]).toEqual(["1", "mine", false]);
    for (const path of ["bld/b", "block"]) remove(path);
    expect((await build()).counts).toEqual({ completed: 1 });
    expect([read(a), read("bld/b"), Records.look(folder).troubles]).toEqual(["2", "2", []]);
  });

  test("leaves alone what another project makes in the same folder", async () => {
    const { build, read, write } = targetProject({
      "t.target.mjs": target(`a: file("bld/a")`, `writeFileSync(a, "a");`),
      i: "1",
    });
    write({ "bld/.heddle-stage/another.1/x": "under way" });
    await build();
    expect([read("bld/a"), read("bld/.heddle-stage/another.1/x")]).toEqual(["a", "under way"]);
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

test("a build on another machine is waited for, and said to be there, with what to do if it is gone", async () => {
  const { folder } = targetProject({});
  const file = join(folder, ".heddle/build/lock");
  mkdirSync(join(folder, ".heddle/build"), { recursive: true });
  writeFileSync(file, "abcdefgh.12.34 mill");
  let opened: Promise<Records> | undefined;
  const told = await new Promise(resolve => {
    opened = Records.open(folder, (...words) => resolve(words));
  });
  expect(told).toEqual([
    "Another build is at work here (process 12 on mill, or in a container there): waiting until it has ended. " +
      `If it is gone, delete ${file}`,
    true,
  ]);
  rmSync(file);
  (await opened!).close();
});

test("what killed processes have left of their drafts goes", async () => {
  const { folder, write, has, read } = targetProject({});
  const first = await Records.open(folder, () => {});
  const own = read(".heddle/build/lock")!;
  first.close();
  const drafts = ["records.1", "code.99999999", "lock.99999999.abc", "lock.2.def"].map(name => `.heddle/build/${name}`);
  write(Object.fromEntries(drafts.map(name => [name, own])));
  write({ [drafts[2]!]: own.replace(/\.\d+\./, ".99999999.") });
  (await Records.open(folder, () => {})).close();
  expect(drafts.filter(has)).toEqual([drafts[3]]);
});

test("a file in the place of .heddle is an error that says so", async () => {
  const { build } = targetProject({ "t.target.mjs": PAIR, i: "1", ".heddle": "mine" });
  await expect(build()).rejects.toMatchObject({
    code: "USAGE",
    remedy: expect.stringContaining(".heddle in the project's root"),
  });
});

test("records that cannot be written are an error that says so; who only looks writes nothing", async () => {
  const { build, folder, has, remove } = targetProject({ "t.target.mjs": PAIR, i: "1" });
  expect([[...Records.look(folder).all()], has(".heddle")]).toEqual([[], false]);
  mkdirSync(join(folder, ".heddle/build/lock"), { recursive: true });
  const refused = {
    code: "USAGE",
    message: expect.stringContaining(`cannot be kept in ${folder}/.heddle/build: EISDIR`),
  };
  await expect(build()).rejects.toMatchObject(refused);
  remove(".heddle/build");
  // Nobody may write there, not even root.
  symlinkSync("/sys/kernel", join(folder, ".heddle/build"));
  await expect(build()).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(/\/build: E\w+.*\n.*written to/),
  });
  expect([...Records.look(folder).all()]).toEqual([]);
});

test("a file where a folder of outputs should be is an error before anything runs", async () => {
  const { build } = targetProject({ "t.target.mjs": PAIR, i: "1", bld: "mine", out: "mine" });
  await expect(build()).rejects.toMatchObject({
    code: "GRAPH",
    problems: ["bld/a", "out/d"].map(path => ({ kind: "outputInFile", paths: [path, path.split("/")[0]] })),
  });
});

test("of what several builds that died have left the last counts", async () => {
  const { build, folder, write } = targetProject({ "t.target.mjs": PAIR, i: "1" });
  await build();
  const [first] = [...Records.look(folder).all()];
  write({ i: "2" });
  await build();
  const [second] = [...Records.look(folder).all()];
  const lines = [{ made: first }, { intent: { record: second, moves: [] } }];
  writeFileSync(join(folder, ".heddle/build/log"), lines.map(line => `${JSON.stringify(line)}\n`).join(""));
  expect(await build()).toMatchObject({ told: [], counts: { fresh: 1 } });
});

test("a project that is reached through a link is the same project", async () => {
  const { build, folder } = targetProject({ "t.target.mjs": PAIR, i: "1" });
  await build();
  const link = `${folder}-link`;
  symlinkSync(folder, link);
  onTestFinished(() => rmSync(link));
  expect(await build({ root: link })).toMatchObject({ counts: { fresh: 1 }, orphans: [] });
});

test("a target cannot build its own project, which waits for it", async () => {
  const { build, write, folder } = targetProject({
    "t.target.mjs": `
      import { build, target } from "heddle/build";
      export const own = target("own", {}, () => build({ root: import.meta.dirname, quiet: true }));
      export const other = target("other", {}, async () => {
        const { ok, targets } = await build({ root: import.meta.dirname + "/other", paths: "o.target.mjs", quiet: true });
        return [ok, targets.length];
      });
    `,
  });
  write({ "other/o.target.mjs": `export {};`, "other/package.json": "{}" });
  for (const runner of [inline(), threads({ workers: 1 })]) {
    const { targets } = await build({ runner, force: true });
    expect(targets.map(({ name, state }) => `${name} ${state}`)).toEqual(["own failed", "other completed"]);
    expect(targets[0]!.error).toMatchObject({ code: "USAGE", message: expect.stringContaining(folder) });
  }
});
