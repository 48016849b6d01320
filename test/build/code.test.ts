import { expect, test } from "vitest";
import { HEAD, targetProject } from "./rig.ts";

test("what of a target's code counts otherwise than one may think is said once, when it is built", async () => {
  const project = targetProject({
    "all.target.mjs": `${HEAD}
      import { createRequire } from "node:module";
      const load = createRequire(import.meta.url);
      const part = target("part", k => ({ inputs: { k }, outputs: { o: file("bld/" + k) } }), ({ k }, { o }) => {
        const { name } = load(process.env.PART ?? "./package.json");
        writeFileSync(o, name + k);
      });
      part(1);
      part(2);
    `,
    "package.json": '{ "name": "parts", "type": "module" }',
  });
  const warned = async () => {
    const { events, ok } = await project.build();
    expect(ok).toBe(true);
    return events.flatMap(event => (event.type === "warning" ? event.message : []));
  };
  const said = await warned();
  expect(said).toContainEqual(expect.stringMatching(/^The code of part: .* so the whole of all modules counts\.$/));
  expect(said).toContainEqual(
    "The code of part reads the environment variable PART, which does not count: give it to the target as an input",
  );
  expect(new Set(said).size).toBe(said.length);
  expect(await warned()).toEqual([]);
});
