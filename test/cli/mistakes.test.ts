/** What is easily got wrong when a flow is first run. */
import { describe, expect, test } from "vitest";
import { project } from "./rig.ts";

const PIPE = `
  import { flow, task } from "heddle";
  const square = task("square", n => n * n);
  export default flow("all", ns => square.map(ns));
  export const given = flow("given", (ns = [2]) => square.map(ns));
  export const sum = flow("sum", async () => (await square.submit(2)) + square.submit(3));
  export const text = flow("text", () => \`\${square.map([2])}\`);
  export const times = flow("times", () => 2 * square.submit(3));
`;

describe("no input for a flow that has parameters", () => {
  const said =
    "heddle: The flow all has 1 parameter, and none is given: --input JSON is the first, --args '[…]' are all\n";

  test("is told when it fails", async () => {
    const { heddle } = project({ "pipe.mjs": PIPE });
    const { code, stderr } = await heddle("run", "pipe.mjs");
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(said) });
    const lines = (await heddle("run", "pipe.mjs", "--json")).stdout.trimEnd().split("\n");
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: "result", ok: false });
  });

  test("and not if that works, or if inputs were given", async () => {
    const { heddle } = project({ "pipe.mjs": PIPE });
    const without = await heddle("run", "pipe.mjs:given");
    expect(without).toMatchObject({ code: 0, stderr: expect.not.stringContaining("parameter") });
    const wrong = await heddle("run", "pipe.mjs", "--input", "3");
    expect(wrong).toMatchObject({ code: 1, stderr: expect.not.stringContaining("parameter, and") });
  });
});

test.each([
  ["sum", "The future of square-3 is used as a text or number"],
  ["text", "The future of square.map is used as a text or number"],
  ["times", "The future of square-2 is used as a number"],
])("a future that was not awaited: %s", async (name, problem) => {
  const { code, stderr } = await project({ "pipe.mjs": PIPE }).heddle("run", `pipe.mjs:${name}`);
  expect(code).toBe(1);
  expect(stderr).toContain(`NotAwaitedError: ${problem}\n  hint: Await it where its value is needed`);
  expect(stderr).toMatch(/at pipe\.mjs:[678]:/);
});

describe("calls outside of flows", () => {
  const says = (line: number) =>
    new RegExp(
      `^heddle: square\\.submit\\(…\\) at pipe\\.mjs:${line}:.* stands outside a flow: it is not executed, and`,
    );

  test.each(["", "await "])("are told of where a run goes on: %j", async awaited => {
    const { code, stdout, stderr } = await project({
      "pipe.mjs": `${PIPE}\n${awaited}square.submit(3);`,
    }).heddle("run", "pipe.mjs:given");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "[\n  4\n]\n" });
    expect(stderr).toMatch(says(10));
    expect(stderr.match(/stands outside/g)).toHaveLength(1);
  });

  test("a flow that is called there is the program itself", async () => {
    const { code, stderr } = await project({ "pipe.mjs": `${PIPE}\nawait given();` }).heddle("run", "pipe.mjs:given");
    expect(code).toBe(0);
    expect(stderr).not.toContain("outside");
  });

  test("stop a build, as targets below would be taken for gone", async () => {
    const { code, stderr } = await project({
      "a.target.mjs": `import { run } from "heddle";\nimport { target } from "heddle/build";\nawait run(() => 1);\ntarget("a", {}, () => {});`,
    }).heddle("build");
    expect(code).toBe(3);
    expect(stderr).toBe(
      "heddle: a.target.mjs could not be loaded in this process: it stopped at a.target.mjs:3:7, where run(…) is called outside a flow, so that targets below that are not known\n" +
        "  Move that call to a file of its own: every command and every worker loads the modules of targets.\n",
    );
  });
});

test("a target that writes to the real place of its output is told so", async () => {
  const { heddle } = project({
    "bld/there.txt": "",
    "a.target.mjs": `
      import { writeFileSync } from "node:fs";
      import { file, target } from "heddle/build";
      target("a", { outputs: { o: file("bld/a") } }, () => writeFileSync("bld/a", "x"));
      target("b", { outputs: { o: file("bld/b") } }, () => {});
    `,
  });
  const { code, stderr } = await heddle("build");
  expect(code).toBe(1);
  expect(stderr).toContain(
    "a did not make bld/a\n  hint: Something was written to bld/a itself: write to the path that",
  );
  expect(stderr).toContain(
    "b did not make bld/b\n  hint: Write to the paths that the function gets as its second parameter",
  );
});
