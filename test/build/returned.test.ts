import { threads } from "heddle";
import { expect, test } from "vitest";
import { HEAD, targetProject } from "./rig.ts";

test("what a returned target needs is built once, though others have begun it", async () => {
  const { build, write } = targetProject({
    "t.target.mjs": `${HEAD}
      export const give = target("give", {}, () => [last(1)]);
      export const first = target("first", { inputs: { raw: file("raw") }, outputs: { o: file("bld/first") } },
        ({ raw }, { o }) => { tell("first"); writeFileSync(o, readFileSync(raw)); });
      export const second = target("second", { inputs: { i: first.outputs.o }, outputs: { o: file("bld/second") } },
        ({ i }, { o }) => { tell("second"); writeFileSync(o, readFileSync(i)); });
      export const last = target("last", k => ({ inputs: { i: second.outputs.o }, outputs: { o: file("bld/last") } }),
        ({ i }, { o }) => { tell("last"); writeFileSync(o, readFileSync(i)); });
    `,
    raw: "a",
  });
  const runner = threads({ workers: 1 });
  await build({ runner });
  write({ raw: "b" });
  const { told, states } = await build({ runner });
  expect(told).toEqual(["first", "last", "second"]);
  expect(states).toEqual({ give: "fresh", first: "completed", second: "completed", "last(1)": "completed" });
});
