/** What targets do is the same in every place. One project a test, as each place has to start workers. */
import { chmodSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HEAD, type Place, runnerOf, targetProject } from "./rig.ts";

const quick: readonly Place[] = ["inline", "threads", "another disk"];
/** Where workers take their time to start, all is done in as few builds as show it. */
const slow: readonly Place[] = ["processes", "command", "command per worker"];

const PIPELINE = `${HEAD}
  export const clean = target("clean",
    { inputs: { raw: file("data/raw.csv") }, outputs: { table: file("bld/clean.json") } },
    async ({ raw }, { table }) => {
      tell("clean");
      const text = readFileSync(raw, "utf8").trim();
      writeFileSync(table, JSON.stringify(text.split("\\n")));
      return { rows: text.split("\\n").length, at: new Map([["raw", raw.endsWith("data/raw.csv")]]) };
    });
  export const plot = target("plot",
    { inputs: { table: clean.outputs.table, style: { dpi: 200, sizes: [1, 2] } }, outputs: { png: file("bld/out/plot.png") } },
    async ({ table, style }, { png }, { previous }) => {
      tell("plot after " + (previous.png === undefined ? "nothing" : readFileSync(previous.png, "utf8")));
      writeFileSync(png, readFileSync(table, "utf8").length + "@" + style.dpi);
    });
  export const count = target("count",
    { inputs: { result: clean.result }, outputs: { n: file("bld/n.txt") } },
    ({ result }, { n }) => { tell("count"); writeFileSync(n, String(result.rows) + result.at.get("raw")); });
  export const pieces = target("pieces",
    { inputs: { raw: file("data/raw.csv") }, outputs: { all: dir("bld/pieces"), index: file("bld/index.txt") } },
    async ({ raw }, { all, index }) => {
      tell("pieces");
      const lines = readFileSync(raw, "utf8").trim().split("\\n");
      mkdirSync(all + "/deep");
      for (const [at, line] of lines.entries()) writeFileSync(all + (at % 2 ? "/deep/" : "/") + at + ".txt", line);
      writeFileSync(index, String(lines.length));
    });
  export const joined = target("joined",
    { inputs: { pieces: pieces.outputs.all.files, tables: files("data/*.csv") }, outputs: { list: [file("bld/joined.txt")] } },
    ({ pieces, tables }, { list }) => {
      tell("joined");
      writeFileSync(list[0], pieces.map(path => readFileSync(path, "utf8")).join("") + tables.length);
    });
`;

describe.each(quick)("on %s", place => {
  test("files go in, files and values come out, and only what changed is built again", async () => {
    const { write, read, remove, age, build, folder } = targetProject({
      "pipeline.target.mjs": PIPELINE,
      "data/raw.csv": "a\nb\nc\n",
    });
    const runner = runnerOf(place);
    const cold = await build({ runner });
    expect(cold.states).toEqual({
      clean: "completed",
      plot: "completed",
      count: "completed",
      pieces: "completed",
      joined: "completed",
    });
    expect(cold.told).toEqual(["clean", "count", "joined", "pieces", "plot after nothing"]);
    expect(["bld/clean.json", "bld/out/plot.png", "bld/n.txt", "bld/index.txt", "bld/joined.txt"].map(read)).toEqual([
      '["a","b","c"]',
      "13@200",
      "3true",
      "3",
      "acb1",
    ]);
    expect(cold).toMatchObject({ ok: true, counts: { completed: 5 }, orphans: [] });
    expect(cold.targets.find(({ name }) => name === "clean")).toMatchObject({
      reasons: [{ why: "never" }],
      outputs: [{ path: "bld/clean.json", size: 13 }],
    });

    const warm = await build({ runner });
    expect([warm.told, warm.counts]).toEqual([[], { fresh: 5 }]);

    // The same bytes at another time.
    age("data/raw.csv", "bld/clean.json");
    utimesSync(join(folder, "bld/n.txt"), new Date(), new Date());
    expect((await build({ runner })).counts).toEqual({ fresh: 5 });

    // What does not change the tables stops there: plot and count stay.
    write({ "data/raw.csv": "a\nb\nc\n\n" });
    const edited = await build({ runner });
    expect(edited.told).toEqual(
      ["clean", "joined", "pieces"]
        .filter(name => name !== "joined")
        .concat("joined")
        .sort(),
    );
    expect(edited.states).toMatchObject({ clean: "completed", plot: "fresh", count: "fresh", pieces: "completed" });

    write({ "data/raw.csv": "a\nb\n" });
    const shorter = await build({ runner });
    expect(shorter.told).toEqual(["clean", "count", "joined", "pieces", "plot after 13@200"]);
    expect([read("bld/joined.txt"), read("bld/pieces/2.txt"), read("bld/out/plot.png")]).toEqual([
      "ab1",
      null,
      "9@200",
    ]);

    remove("bld/out/plot.png");
    write({ "bld/pieces/extra.txt": "x" });
    const damaged = await build({ runner });
    expect(damaged.told).toEqual(["pieces", "plot after nothing"]);
    expect(damaged.targets.flatMap(({ reasons }) => reasons)).toEqual([
      { why: "output", at: "all", path: "bld/pieces", change: "changed" },
      { why: "output", at: "png", path: "bld/out/plot.png", change: "missing" },
    ]);
    expect([read("bld/pieces/extra.txt"), (await build({ runner })).counts]).toEqual([null, { fresh: 5 }]);
  });

  // Cases 69, 70, 78.
  test("what fails leaves older outputs as they were, and what does not depend on it is built", async () => {
    const { write, read, build } = targetProject({
      "t.target.mjs": `${HEAD}
        const mode = file("mode");
        export const first = target("first", { inputs: { mode }, outputs: { a: file("bld/a"), b: file("bld/b") } },
          ({ mode }, { a, b }) => {
            const how = readFileSync(mode, "utf8");
            process.stdout.write("printed by first\\n");
            writeFileSync(a, how);
            if (how === "throws") throw new Error("no luck");
            if (how !== "forgets") writeFileSync(b, how);
          });
        export const second = target("second", { inputs: { a: first.outputs.a }, outputs: { c: file("bld/c") } },
          ({ a }, { c }) => writeFileSync(c, readFileSync(a)));
        export const third = target("third", { inputs: { mode }, outputs: { d: file("bld/d") } },
          ({ mode }, { d }) => writeFileSync(d, readFileSync(mode)));
        export const none = target("none", { outputs: { e: file("bld/e"), f: dir("bld/f") }, retries: 1 }, (_, { f }) => { tell("none"); if (existsSync(f)) writeFileSync(f + "/x", "1"); });
      `,
      mode: "good",
    });
    const runner = runnerOf(place);
    const good = await build({ runner });
    expect(good.states).toEqual({ first: "completed", second: "completed", third: "completed", none: "failed" });
    expect(good.told).toEqual(["none", "none"]);
    expect(good.targets.find(({ name }) => name === "none")?.error?.message).toMatch(/^none did not make bld\/e\n/);
    for (const how of ["throws", "forgets"]) {
      write({ mode: how });
      const bad = await build({ runner, targets: ["first", "second", "third"] });
      expect(bad).toMatchObject({
        ok: false,
        states: { first: "failed", second: "upstreamFailed", third: "completed" },
      });
      expect(["bld/a", "bld/b", "bld/c", "bld/d", "bld/f", "bld/.heddle-stage"].map(read)).toEqual([
        "good",
        "good",
        "good",
        how,
        null,
        null,
      ]);
      const { error } = bad.targets.find(({ name }) => name === "first")!;
      expect(error?.message).toMatch(how === "throws" ? /^no luck/ : /^first did not make bld\/b\n/);
      expect(bad.events.find(event => event.type === "output")).toMatchObject({ text: "printed by first\n" });
    }
    write({ mode: "good" });
    const again = await build({ runner, targets: "second" });
    expect(again.states).toEqual({ first: "fresh", second: "fresh" });
  });

  // Case 75.
  test("a target returns others, which are built, kept, and given up", async () => {
    const { write, read, build } = targetProject({
      "t.target.mjs": `${HEAD}
        export const part = target("part", (k, of) => ({ inputs: { k }, outputs: { o: file("bld/" + k + ".txt") } }),
          ({ k }, { o }) => { tell("part " + k); writeFileSync(o, "part " + k); });
        export const sum = target("sum", n => ({ inputs: { parts: Array.from({ length: n }, (_, k) => part(k).outputs.o) }, outputs: { s: file("bld/sum.txt") } }),
          ({ parts }, { s }) => { tell("sum"); writeFileSync(s, parts.map(path => readFileSync(path, "utf8")).join()); });
        export const split = target("split", { inputs: { n: file("n") } },
          ({ n }) => { tell("split"); const count = Number(readFileSync(n, "utf8")); return { all: sum(count), more: [part("x")] }; });
      `,
      n: "2",
    });
    const runner = runnerOf(place);
    const cold = await build({ runner });
    expect(cold.states).toEqual({
      split: "completed",
      "sum(2)": "completed",
      'part("x")': "completed",
      "part(0)": "completed",
      "part(1)": "completed",
    });
    expect(cold.told).toEqual(["part 0", "part 1", "part x", "split", "sum"]);
    expect(read("bld/sum.txt")).toBe("part 0,part 1");
    expect(await build({ runner })).toMatchObject({ told: [], counts: { fresh: 5 }, orphans: [] });
    write({ n: "1" });
    const fewer = await build({ runner });
    expect(fewer.told).toEqual(["split", "sum"]);
    expect(fewer.states).toEqual({
      split: "completed",
      "sum(1)": "completed",
      'part("x")': "fresh",
      "part(0)": "fresh",
    });
    expect(fewer.orphans).toEqual(["bld/1.txt"]);
    write({ "bld/x.txt": "edited" });
    expect((await build({ runner, targets: 'part("x")' })).told).toEqual(["part x"]);
  });
});

test("files that travel keep their modes, and what was there before is there for every way to ask for it", async () => {
  const { build, folder, read } = targetProject({
    "t.target.mjs": `${HEAD}
      import { chmodSync, statSync } from "node:fs";
      const modeOf = path => (statSync(path).mode & 0o777).toString(8);
      const add = ({ run }, { o, d }, previous) => {
        writeFileSync(o, modeOf(run) + (previous.o === undefined ? "" : " after " + readFileSync(previous.o, "utf8")));
        chmodSync(o, 0o750);
        writeFileSync(d + "/x", "");
        chmodSync(d + "/x", 0o711);
      };
      const options = id => ({ id, inputs: { run: file("run") }, outputs: { o: file("bld/o" + id), d: dir("bld/d" + id) } });
      target("add", options(1), (inputs, outputs, { previous }) => add(inputs, outputs, previous));
      target("add", options(2), (inputs, outputs, { previous } = {}) => add(inputs, outputs, previous));
      target("add", options(3), (...all) => add(all[0], all[1], all[2].previous));
      target("add", options(4), function () { add(arguments[0], arguments[1], arguments[2].previous); });
      target("add", options(5), ((inputs, outputs, more = {}) => add(inputs, outputs, more.previous)).bind(null));
    `,
    run: "",
  });
  chmodSync(join(folder, "run"), 0o744);
  const runner = runnerOf("another disk");
  expect((await build({ runner })).counts).toEqual({ completed: 5 });
  expect((await build({ runner, force: true })).counts).toEqual({ completed: 5 });
  const modeOf = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);
  for (const id of [1, 2, 3, 4, 5]) {
    expect([read(`bld/o${id}`), modeOf(`bld/o${id}`), modeOf(`bld/d${id}/x`)]).toEqual(["744 after 744", "750", "711"]);
  }
});

describe.each(slow)("on %s", place => {
  test("files travel, values arrive, targets are returned, what fails leaves things as they were", async () => {
    const { write, read, build } = targetProject({
      "t.target.mjs": `${HEAD}
        export const clean = target("clean",
          { inputs: { raw: file("raw") }, outputs: { table: file("bld/table"), all: dir("bld/all") } },
          ({ raw }, { table, all }) => {
            tell("clean");
            process.stdout.write("printed by clean\\n");
            const text = readFileSync(raw, "utf8");
            if (text === "forgets") return;
            writeFileSync(table, text);
            for (const letter of text) writeFileSync(all + "/" + letter, letter);
            return new Map([["letters", text.length]]);
          });
        export const part = target("part", k => ({ inputs: { k, all: clean.outputs.all.files }, outputs: { o: file("bld/part" + k) } }),
          ({ k, all }, { o }, { previous }) => { tell("part"); writeFileSync(o, [k, all.length, previous.o !== undefined].join()); });
        export const split = target("split", { inputs: { counts: clean.result } },
          ({ counts }) => { tell("split"); return [...Array(counts.get("letters")).keys()].map(k => part(k)); });
      `,
      raw: "ab",
    });
    const runner = runnerOf(place);
    const cold = await build({ runner });
    expect(cold).toMatchObject({ told: ["clean", "part", "part", "split"], counts: { completed: 4 } });
    expect(cold.events.find(event => event.type === "output")).toMatchObject({ text: "printed by clean\n" });
    expect([read("bld/part1"), read("bld/all/a")]).toEqual(["1,2,false", "a"]);
    write({ raw: "c" });
    const edited = await build({ runner });
    expect(edited).toMatchObject({
      told: ["clean", "part", "split"],
      counts: { completed: 3 },
      orphans: ["bld/part1"],
    });
    expect([read("bld/part0"), read("bld/all/a")]).toEqual(["0,1,true", null]);
    write({ raw: "forgets" });
    const failed = await build({ runner });
    expect(failed).toMatchObject({ ok: false, states: { clean: "failed", split: "upstreamFailed" } });
    expect([read("bld/table"), read("bld/all/c")]).toEqual(["c", "c"]);
    write({ raw: "c" });
    expect(await build({ runner })).toMatchObject({ told: [], counts: { fresh: 3 } });
  });
});
