/** What others have put into folders that targets make. */
import { expect, test } from "vitest";
import { type Built, HEAD, places, runnerOf, targetProject } from "./rig.ts";

const warnings = ({ events }: Built) => events.flatMap(event => (event.type === "warning" ? [event.message] : []));

test.each(places)("a folder is replaced as a whole, and what others put there is kept elsewhere: %s", async place => {
  const { build, write, read, has } = targetProject({
    "t.target.mjs": `${HEAD}
      export const site = target("site", { inputs: { raw: file("raw") }, outputs: { site: dir("out/site") } },
        ({ raw }, { site }) => {
          const text = readFileSync(raw, "utf8");
          writeFileSync(site + "/index", text);
          writeFileSync(site + "/of " + text, "");
        });
    `,
    raw: "1",
    "out/site/notes/mine": "precious",
    "out/site/index": "not built",
  });
  const runner = runnerOf(place);
  const first = await build({ runner });
  expect([read("out/site/index"), has("out/site/notes")]).toEqual(["1", false]);
  expect(read(`.heddle/kept/${first.run}/out/site/notes/mine`)).toBe("precious");
  expect(warnings(first).join()).toMatch(
    /out\/site, an output of site, held what no build had put there, and was replaced: moved to .*: notes\/mine$/,
  );

  write({ raw: "2" });
  const second = await build({ runner });
  expect([has("out/site/of 1"), has("out/site/of 2"), warnings(second)]).toEqual([false, true, []]);

  write({ raw: "3", "out/site/more": "mine too" });
  const third = await build({ runner });
  expect(read(`.heddle/kept/${third.run}/out/site/more`)).toBe("mine too");
  expect([has("out/site/more"), has("out/site/of 3")]).toEqual([false, true]);
  expect((await build({ runner })).states).toEqual({ site: "fresh" });
});

test.each([".heddle/build/records", "bld/.heddle-stage"])("%s is no place for outputs", async path => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD} target("x", { outputs: { o: dir(${JSON.stringify(path)}) } }, () => {});`,
  });
  await expect(build()).rejects.toMatchObject({ problems: [{ kind: "overlap", paths: [path] }] });
});
