import { threads } from "heddle";
import { expect, test } from "vitest";
import { HEAD, targetProject } from "./rig.ts";

test("a value that has not changed counts as the same, wherever it was made", async () => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD}
      export const give = target("give", {}, () => ({ holes: [undefined, 1.5, [undefined]], map: new Map([["a", [1]]]) }));
      export const take = target("take", { inputs: { given: give.result }, outputs: { o: file("bld/o") } },
        ({ given }, { o }) => writeFileSync(o, String(given.map.size)));
    `,
  });
  expect((await build({ runner: threads({ workers: 1 }) })).states).toEqual({ give: "completed", take: "completed" });
  expect((await build({ force: ["give"] })).states).toEqual({ give: "completed", take: "fresh" });
});
