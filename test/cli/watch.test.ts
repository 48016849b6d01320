/** `heddle build --watch`, with real files and processes. */
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { channel } from "./channel.ts";
import { project, type Running } from "./rig.ts";

/** Resolves when the process has written something that matches, behind what was there before. */
async function written(running: Running, from: number, pattern: RegExp): Promise<number> {
  for (;;) {
    const found = pattern.exec(running.stderr().slice(from));
    if (found !== null) return from + found.index + found[0].length;
    await new Promise(resolve => running.process.stderr!.once("data", resolve));
  }
}

const QUIET = /Watching for changes/;

test("what changes is built again: inputs, code and outputs, and nothing else", async () => {
  const made = project({
    "data/a": "a",
    "data/b": "b",
    "src/text.mjs": `export const text = value => value;`,
    "my.target.mjs": `
      import { readFileSync, writeFileSync } from "node:fs";
      import { file, target } from "heddle/build";
      import { text } from "./src/text.mjs";
      const copy = ({ i }, { o }) => writeFileSync(o, text(readFileSync(i, "utf8")));
      const a = target("a", { inputs: { i: file("data/a") }, outputs: { o: file("bld/a") } }, copy);
      target("after", { inputs: { i: a.outputs.o }, outputs: { o: file("bld/after") } }, copy);
      target("b", { inputs: { i: file("data/b") }, outputs: { o: file("bld/b") } }, ({ i }, { o }) => writeFileSync(o, readFileSync(i)));
    `,
  });
  const read = (file: string) => readFileSync(path.join(made.folder, file), "utf8");
  const running = made.start(["build", "--watch", "--explain"]);
  let at = await written(running, 0, QUIET);
  expect(read("bld/after")).toBe("a");

  made.write({ "data/a": "A", "README.md": "nobody reads this" });
  at = await written(
    running,
    at,
    /data\/a changed: building again[\s\S]*▸ a: the input data\/a has changed[\s\S]*Watching/,
  );
  expect(read("bld/after")).toBe("A");

  made.write({ "src/text.mjs": `export const text = value => value + "!";` });
  const before = at;
  at = await written(running, at, /src\/text\.mjs changed: building again[\s\S]*Watching/);
  expect(running.stderr().slice(before, at)).not.toMatch(/▸ b:/);
  expect([read("bld/after"), read("bld/b")]).toEqual(["A!!", "b"]);

  rmSync(path.join(made.folder, "bld/b"));
  at = await written(running, at, /bld\/b changed: building again[\s\S]*Watching/);
  expect(read("bld/b")).toBe("b");

  made.write({ "my.target.mjs": "throw new Error('half written');" });
  at = await written(running, at, /half written[\s\S]*Watching/);

  running.process.kill("SIGINT");
  expect((await running.ended).code).toBe(130);
});

test("what a change makes out of date is given up while it runs, and the rest goes on", async () => {
  const made = project({ "data/a": "old", "data/b": "b" });
  const line = await channel(made.folder);
  made.write({
    "line.mjs": line.module,
    "my.target.mjs": `
      import { readFileSync, writeFileSync } from "node:fs";
      import { file, target } from "heddle/build";
      import { context } from "heddle";
      import { say, told } from "./line.mjs";
      const slow = name => async ({ i }, { o }) => {
        const text = readFileSync(i, "utf8");
        await say(name + " began with " + text);
        if (text === "old") {
          // Only the end that was asked for can come.
          const beat = setInterval(() => {}, 1000);
          await new Promise(resolve => context().signal.addEventListener("abort", resolve));
          clearInterval(beat);
          await say(name + " was told to stop");
        } else if (name === "b") await told();
        writeFileSync(o, text);
      };
      const a = target("a", { inputs: { i: file("data/a") }, outputs: { o: file("bld/a") } }, slow("a"));
      target("after", { inputs: { i: a.outputs.o }, outputs: { o: file("bld/after") } }, ({ i }, { o }) => writeFileSync(o, readFileSync(i)));
      target("b", { inputs: { i: file("data/b") }, outputs: { o: file("bld/b") } }, slow("b"));
    `,
  });
  const running = made.start(["build", "--watch"]);
  await line.heard("a began with old");
  await line.heard("b began with b");
  made.write({ "data/a": "new" });
  await line.heard("a was told to stop");
  const at = await written(running, 0, /data\/a changed: a, after given up, to be built again/);
  line.answer();
  await line.heard("a began with new");
  await written(running, at, QUIET);
  expect(readFileSync(path.join(made.folder, "bld/after"), "utf8")).toBe("new");
  expect(await line.heard("b began")).toHaveLength(1);
  running.process.kill("SIGTERM");
  expect((await running.ended).code).toBe(130);
});
