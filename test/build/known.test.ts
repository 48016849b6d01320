/** The graph as commands see it that only look: with what targets returned when they were last built. */
import { expect, onTestFinished, test, vi } from "vitest";
import { registry } from "../../src/build/declare/registry.ts";
import { Facts } from "../../src/build/facts/facts.ts";
import { TargetCode } from "../../src/build/facts/target-code.ts";
import { TargetGraph } from "../../src/build/graph/graph.ts";
import { growKnown } from "../../src/build/growth/known.ts";
import { Records } from "../../src/build/records/records.ts";
import { HEAD, targetProject } from "./rig.ts";

const COUNT = 64;

/** What `split` has returned by its record, in a graph, and how often that was tried. */
async function grownFrom(...parameters: readonly (number | string)[]) {
  const { build, folder } = targetProject({
    "t.target.mjs": `${HEAD}
      const part = target("part", k => {
        if (k === "bad") throw new Error("bad");
        return { outputs: { o: file("bld/" + (k === "twice" ? 0 : k)) } };
      }, (_, { o }) => writeFileSync(o, ""));
      export const split = target("split", {}, () => [part(0)]);
    `,
  });
  await build();
  const records = await Records.open(folder, () => {});
  onTestFinished(() => records.close());
  const split = [...registry.loaded].find(({ name, where }) => name === "split" && where.includes(folder))!;
  const record = records.get(split.identity)!;
  const returned = parameters.map(each => ({ ...record.returned[0]!, member: "", parameters: [each] }));
  records.put({ ...record, returned });
  const graph = new TargetGraph(records.places, [split]);
  const grow = vi.spyOn(graph, "grow");
  growKnown(new Facts(graph, records, new TargetCode(folder, records.memo)), { outside: false });
  return { names: graph.nodes.map(({ name }) => name), grown: grow.mock.calls.length };
}

const numbers = Array.from({ length: COUNT }, (_, k) => k);
const names = ["split", ...numbers.map(k => `part(${k})`)];

test("what was returned comes in all at once", async () => {
  expect(await grownFrom(...numbers)).toEqual({ names, grown: 1 });
});

test("and without what cannot be made any more, or does not fit in", async () => {
  const { names: found, grown } = await grownFrom("bad", ...numbers.slice(0, 40), "twice", "bad", ...numbers.slice(40));
  expect(found).toEqual(names);
  expect(grown).toBeLessThan(20);
});
