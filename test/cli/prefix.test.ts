import { expect, test } from "vitest";
import { readPrefixes } from "../../src/cli/run/prefix.ts";
import { project } from "./rig.ts";

const PIPELINE = `
  import { flow, task } from "heddle";
  const shade = task("shade", { labels: "dye" }, () => process.env.SHADE ?? "plain");
  export default flow("main", () => shade.submit());
  export const own = flow("own", { prefix: { dye: "env SHADE=flow" } }, () => shade.submit());
`;
const CONFIG = `export default { prefix: { dye: ["env", "SHADE=config"] } };`;

test("a prefix of the config, of the flow, and of the command line before both", async () => {
  const { write, heddle } = project();
  write({ "pipeline.mjs": PIPELINE });
  expect(await heddle("run", "pipeline.mjs")).toMatchObject({ code: 0, stdout: "plain\n" });
  write({ "heddle.config.mjs": CONFIG });
  expect(await heddle("run", "pipeline.mjs")).toMatchObject({ code: 0, stdout: "config\n" });
  expect(await heddle("run", "pipeline.mjs:own")).toMatchObject({ code: 0, stdout: "flow\n" });
  const given = await heddle("run", "pipeline.mjs:own", "--prefix", "dye=env SHADE=line", "--prefix", "x=env");
  expect(given).toMatchObject({ code: 0, stdout: "line\n" });
});

test("what is wrong with one is said before anything runs: exit 2", async () => {
  const { write, heddle } = project();
  write({ "pipeline.mjs": PIPELINE });
  const wrong = await heddle("run", "pipeline.mjs", "--prefix", "dye=env {shades}");
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain("the prefix of dye: there is nothing to put in the place of {shades}");
});

test("--prefix is a label and a command", () => {
  expect(readPrefixes(["gpu=srun --gres=gpu:1", "a = b"])).toEqual({ gpu: "srun --gres=gpu:1", a: " b" });
  for (const text of ["gpu", "=srun", "gpu= "]) expect(() => readPrefixes([text])).toThrow(/--prefix/);
});
