/** Folders that are read as a whole. */
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { threads } from "heddle";
import { expect, test } from "vitest";
import { HEAD, places, runnerOf, targetProject } from "./rig.ts";

test("a folder is looked at anew when targets have made something below it", async () => {
  const { build, write, read } = targetProject({
    "t.target.mjs": `${HEAD}
      export const one = target("one", { inputs: { raw: file("raw") }, outputs: { o: file("bld/deep/one") } },
        ({ raw }, { o }) => { tell("one"); writeFileSync(o, readFileSync(raw)); });
      export const all = target("all", { inputs: { all: dir("bld") }, outputs: { o: file("out/all") } },
        ({ all }, { o }) => { tell("all"); writeFileSync(o, readFileSync(all + "/deep/one")); });
    `,
    raw: "a",
  });
  expect((await build()).states).toEqual({ one: "completed", all: "completed" });
  expect((await build()).states).toEqual({ one: "fresh", all: "fresh" });
  write({ raw: "b" });
  expect((await build()).told).toEqual(["all", "one"]);
  expect(read("out/all")).toBe("b");
  expect((await build()).states).toEqual({ one: "fresh", all: "fresh" });
});

test("what a dead attempt has left in a folder does not count", async () => {
  const { build, write } = targetProject({
    "t.target.mjs": `${HEAD}
      export const all = target("all", { inputs: { all: dir("bld"), parts: dir("bld").files } }, ({ parts }) => parts.length);
    `,
    "bld/a": "a",
  });
  expect((await build()).states).toEqual({ all: "completed" });
  write({ "bld/.heddle-stage/run.1/a": "half", "bld/deep/.heddle-stage/run.1/b": "half" });
  expect((await build()).states).toEqual({ all: "fresh" });
});

test("what attempts have left that died goes when another has come to its end", async () => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD}
      import { readdirSync } from "node:fs";
      const half = target("half", { outputs: { o: file("bld/o"), d: dir("bld/d") }, retries: 1 }, (_, { o, d }) => {
        const again = existsSync(import.meta.dirname + "/told");
        tell("half");
        writeFileSync(o, "half");
        writeFileSync(d + "/part", "half");
        if (!again) process.exit(1);
      });
      target("look", { after: half }, () => {
        const stage = import.meta.dirname + "/bld/.heddle-stage";
        for (const run of readdirSync(stage)) for (const name of readdirSync(stage + "/" + run)) tell("left " + name);
      });
    `,
  });
  const { told, states } = await build({ runner: threads({ workers: 1 }) });
  expect(states).toEqual({ half: "completed", look: "completed" });
  expect(told).toEqual(["half", "half"]);
});

const LINKED = `${HEAD}
  export const all = target("all", { inputs: { all: dir("data"), parts: dir("data").files }, outputs: { o: file("o") } },
    ({ all, parts }, { o }) => { tell("all"); writeFileSync(o, parts.map(path => path.slice(all.length + 1) + "=" + readFileSync(path)).join(" ")); });
`;

test("links in a folder count as what they lead to, files and folders", async () => {
  const { folder, build, write, read } = targetProject({
    "t.target.mjs": LINKED,
    "data/a": "a",
    "elsewhere/deep/b": "b",
    "elsewhere/c": "c",
  });
  symlinkSync(join(folder, "elsewhere"), join(folder, "data/linked"));
  symlinkSync(join(folder, "elsewhere/c"), join(folder, "data/c"));
  symlinkSync("../../data", join(folder, "elsewhere/deep/back"));
  symlinkSync("..", join(folder, "data/up"));
  symlinkSync("self", join(folder, "data/self"));
  symlinkSync("nothing", join(folder, "data/broken"));
  for (const place of places) {
    await build({ runner: runnerOf(place), force: true });
    expect(read("o")).toBe("a=a c=c linked/c=c linked/deep/b=b");
  }
  expect((await build()).states).toEqual({ all: "fresh" });
  write({ "elsewhere/deep/b": "new" });
  expect((await build()).told).toEqual(["all"]);
  expect(read("o")).toBe("a=a c=c linked/c=c linked/deep/b=new");
});

test("a folder that is made, with a link to a folder in it, is as it was made", async () => {
  const { folder, build, write } = targetProject({
    "t.target.mjs": `${HEAD}
      import { symlinkSync } from "node:fs";
      target("made", { outputs: { parts: dir("bld/parts") } }, (_, { parts }) => {
        tell("made");
        symlinkSync(import.meta.dirname + "/elsewhere", parts + "/linked");
      });
    `,
    "elsewhere/a": "a",
  });
  for (const place of ["inline", "another disk"] as const) {
    expect((await build({ runner: runnerOf(place), force: true })).states).toEqual({ made: "completed" });
    expect((await build()).states).toEqual({ made: "fresh" });
    expect(readFileSync(join(folder, "bld/parts/linked/a"), "utf8")).toBe("a");
    if (place === "inline") write({ "elsewhere/a": "b" });
    if (place === "inline") expect((await build()).told).toEqual(["made"]);
    write({ "elsewhere/a": "a" });
  }
});

test("a backslash in a name is a letter like others", async () => {
  const { build, write, read } = targetProject({ "t.target.mjs": LINKED, "data/a\\b": "a", "data/c/d\\": "d" });
  await build();
  expect(read("o")).toBe("a\\b=a c/d\\=d");
  expect((await build()).states).toEqual({ all: "fresh" });
  write({ "data/a\\b": "new" });
  expect((await build()).told).toEqual(["all"]);
});

test("a name that is no UTF-8 text is told", async () => {
  const { folder, build, write } = targetProject({ "t.target.mjs": LINKED, "data/a": "a" });
  const name = Buffer.from([...Buffer.from(join(folder, "data/caf")), 0xe9]);
  writeFileSync(name, "");
  await expect(build()).rejects.toThrow(/The name of a file is no UTF-8 text.*data\/caf\uFFFD/s);
  const like = targetProject({
    "t.target.mjs": `${HEAD} target("all", { inputs: { all: files("data/*") } }, ({ all }) => all.length);`,
    "data/a\uFFFDb": "a",
  });
  expect((await like.build()).states).toEqual({ all: "completed" });
  writeFileSync(Buffer.from([...Buffer.from(join(like.folder, "data/caf")), 0xe9]), "");
  await expect(like.build()).rejects.toThrow(/The name of a file is no UTF-8 text/);
  rmSync(name);
  write({ "data/a\uFFFDb": "a" });
  expect((await build()).states).toEqual({ all: "completed" });
});

test("one file with two paths, behind links, is seen before anything runs", async () => {
  const { folder, build } = targetProject({
    "t.target.mjs": `${HEAD}
      const write = name => (_, outputs) => { tell(name); for (const path of Object.values(outputs)) writeFileSync(path, name); };
      target("real", { outputs: { o: file("bld/deep/o") } }, write("real"));
      target("one", { outputs: { o: file("link/deep/o") } }, write("one"));
      target("two", { outputs: { o: file("link/p") } }, write("two"));
      target("three", { outputs: { o: file("other/p") } }, write("three"));
      target("reader", { inputs: { deep: dir("other/deep"), o: file("o") } }, write("reader"));
    `,
    "bld/deep/o": "",
  });
  symlinkSync("bld", join(folder, "link"));
  symlinkSync(join(folder, "bld"), join(folder, "other"));
  symlinkSync("bld/deep/o", join(folder, "o"));
  const behind = [
    /link\/deep\/o of one \(.*\) is, behind a link, the output bld\/deep\/o of real \(/,
    /other\/p of three \(.*\) is, behind a link, the output link\/p of two \(/,
    /The input other\/deep of reader is, behind a link, bld\/deep, in which real makes files/,
    /The input o of reader is, behind a link, bld\/deep\/o, which real makes/,
  ];
  for (const text of behind) await expect(build()).rejects.toThrow(text);
  expect((await build().catch(error => error)).problems.map((each: { kind: string }) => each.kind)).toEqual([
    "twoMakers",
    "twoMakers",
    "behindLink",
    "behindLink",
  ]);
});
