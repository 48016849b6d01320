/** What is recorded of inputs is what the function has read. */
import { expect, test } from "vitest";
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
