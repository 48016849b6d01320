/** What is recorded of inputs is what the function has read. */
import { expect, onTestFinished, test } from "vitest";
import { Channel } from "../channel/channel.ts";
import { buildApart } from "./apart.ts";
import { HEAD, targetProject } from "./rig.ts";

test.each([
  ['file("data/a")', 'files("data/a")'],
  ['file("data/a")', 'dir("data").files'],
  ['files("data/*")', 'file("data/a")'],
])("one file and a list of it are not the same: %s, %s", async (before, after) => {
  const module = (input: string) => `${HEAD}
    target("t", { inputs: { a: ${input} }, outputs: { o: file("o") } }, ({ a }, { o }) => writeFileSync(o, typeof a));
  `;
  const { folder, read, write } = targetProject({ "t.target.mjs": module(before), "data/a": "a" });
  await buildApart(folder);
  const was = read("o");
  expect((await buildApart(folder)).states).toEqual({ t: "fresh" });
  write({ "t.target.mjs": module(after) });
  expect(await buildApart(folder)).toMatchObject({
    states: { t: "completed" },
    reasons: { t: [{ why: "input", at: "a" }] },
  });
  expect([was, read("o")].sort()).toEqual(["object", "string"]);
  expect((await buildApart(folder)).states).toEqual({ t: "fresh" });
});

const STEERED = (channel: Channel, inputs: string) => `${HEAD}
  import { gate } from ${JSON.stringify(new URL("../channel/client.mjs", import.meta.url).href)};
  target("t", { inputs: ${inputs}, outputs: { o: file("o") } }, async (_, { o }) => {
    await gate(${JSON.stringify(channel.address)}, "begun");
    writeFileSync(o, readFileSync(import.meta.dirname + "/data/a"));
    await gate(${JSON.stringify(channel.address)}, "read");
  });
`;

const INPUTS = ['{ a: file("data/a") }', '{ a: [files("data/*")] }', '{ a: dir("data") }', '{ a: dir("data").files }'];

test.each(INPUTS)("an input that is not the same while its target runs is not taken for what was read: %s", async a => {
  const channel = await Channel.open();
  onTestFinished(() => channel.close());
  const { build, read, write, age } = targetProject({
    "t.target.mjs": STEERED(channel, a),
    "data/a": "1",
    "data/b": "",
  });
  age("data/a");
  const first = build();
  await channel.reached("begun");
  write({ "data/a": "2" });
  channel.pass("begun");
  await channel.reached("read");
  write({ "data/a": "1" });
  channel.pass("read");
  const { states, events } = await first;
  expect([states, read("o")]).toEqual([{ t: "completed" }, "2"]);
  expect(JSON.stringify(events)).toMatch(/While t ran, somebody wrote to data[^ ]*: the next build builds it again/);
  expect((await build()).states).toEqual({ t: "completed" });
  expect(read("o")).toBe("1");
  expect((await build()).states).toEqual({ t: "fresh" });
});

test.each([
  ['file("data/x.txt")', "x.txt"],
  ['dir("data").files', "x.txt"],
  ['files("data/*")', "y.txt"],
])("what a target comes after may write what it reads unasked: %s", async (a, name) => {
  const { build, read, write } = targetProject({
    "t.target.mjs": `${HEAD}
      import { copyFileSync } from "node:fs";
      target("early", { inputs: { all: files("data/*") } }, () => {});
      const fetched = target("fetched", { inputs: { v: file("v") } }, ({ v }) => {
        if (readFileSync(v, "utf8") === "2") copyFileSync(v, import.meta.dirname + "/data/${name}");
      });
      target("t", { after: fetched, inputs: { a: [${a}] }, outputs: { o: file("o") } }, ({ a: [a] }, { o }) =>
        writeFileSync(o, [a].flat().map(path => readFileSync(path)).join()));
    `,
    "data/x.txt": "1",
    v: "1",
  });
  expect((await build()).counts).toEqual({ completed: 3 });
  write({ v: "2" });
  expect((await build()).states).toEqual({ early: "fresh", fetched: "completed", t: "completed" });
  expect(read("o")).toBe(name === "x.txt" ? "2" : "1,2");
  expect((await build()).states).toEqual({ early: "completed", fetched: "fresh", t: "fresh" });
});
