/** `heddle why`: every reason for which a call of a real run was executed, or was not. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Planned, plannedProject } from "./planned-project.ts";
import { project } from "./rig.ts";

const A = { text: "a", options: { times: 1 } };
const B = { text: "b", options: { times: 2 } };

async function ran(made: Planned, target: string, inputs: readonly unknown[], ...more: string[]): Promise<void> {
  const { code, stderr } = await made.command("run", target, inputs, "--reporter", "quiet", ...more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

async function why(made: Planned, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await made.heddle("why", ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("why a call was executed", () => {
  test("never run", async () => {
    const made = await plannedProject();
    await ran(made, ":count", [A]);
    const text = await why(made, "count-1");
    expect(text).toMatch(/^count-1 was executed\n {2}because {2}never run\n/);
    expect(text).toMatch(/\n {2}run {6}\d{14}-[0-9a-f]{6} of count\n/);
    expect(text).toMatch(/\n {2}key {6}[0-9a-f]{16}\.[0-9a-f]{40}\.[0-9a-f]{40}\n/);
  });

  test("code changed: the declaration and its file", async () => {
    const made = await plannedProject();
    await ran(made, ":count", [A]);
    made.edit("text.trim().toLowerCase()");
    await ran(made, ":count", [A]);
    expect(await why(made, "count-1")).toContain("because  code changed: normalise in src/text.mjs\n");
  });

  test("input changed: the path in the parameter", async () => {
    const made = await plannedProject();
    await ran(made, ":count", [A]);
    await ran(made, ":count", [{ text: "a", options: { times: 7 } }]);
    expect(await why(made, "count-1")).toContain("because  input changed: options.times of doc\n");
  });

  test("both", async () => {
    const made = await plannedProject();
    await ran(made, ":count", [A]);
    made.edit("text.trim().toLowerCase()");
    await ran(made, ":count", [B]);
    const text = await why(made, "count-1");
    expect(text).toContain("because  code changed: normalise in src/text.mjs\n");
    expect(text).toContain("           input changed: text, options.times of doc\n");
  });

  test("upstream changed: the call to ask about next", async () => {
    const made = await plannedProject();
    await ran(made, ":chain", [A]);
    await ran(made, ":chain", [B]);
    const text = await why(made, "large-3");
    expect(text).toContain("because  upstream changed: count-2 (parameter n)\n");
    expect(text).toContain("\n  See heddle why count-2\n");
    expect(await why(made, "count-2")).toContain("because  input changed: text, options.times of doc\n");
  });

  test("upstream changed: one of several in a list", async () => {
    const made = await plannedProject();
    await ran(made, "", [[A, A]]);
    await ran(made, "", [[A, B]]);
    expect(await why(made, "total-4")).toMatch(/because {2}upstream changed: count-3 \(parameter ns\)\n {2}took/);
  });

  test("expired", async () => {
    const made = await plannedProject();
    await ran(made, ":brief", [1]);
    await ran(made, ":brief", [1]);
    expect(await why(made, "brief-1")).toMatch(/because {2}expired (just now|\d+ \w+ ago)\n/);
  });

  test("damaged", async () => {
    const made = await plannedProject();
    await ran(made, ":large", [1]);
    rmSync(path.join(made.folder, ".heddle/cache/blobs"), { recursive: true });
    const { code } = await made.command("run", ":large", [1], "--json");
    expect(code).toBe(0);
    expect(await why(made, "large-1")).toMatch(/because {2}its entry is damaged: .+\n/);
  });

  test("a file of its result changed, or is gone", async () => {
    const made = await plannedProject();
    const out = path.join(made.folder, "out.csv");
    writeFileSync(out, "1");
    await ran(made, ":written", [out]);
    writeFileSync(out, "2");
    await ran(made, ":written", [out]);
    expect(await why(made, "written-1")).toContain("because  file changed: out.csv\n");
  });

  test("forced", async () => {
    const made = await plannedProject();
    await ran(made, ":count", [A]);
    await ran(made, ":count", [A], "--force");
    expect(await why(made, "count-1")).toContain("because  forced\n");
  });

  test("cache off", async () => {
    const made = await plannedProject();
    await ran(made, ":plain", [1]);
    const text = await why(made, "plain-1");
    expect(text).toContain("because  cache off\n");
    expect(text).toContain("Results are kept with cache: true on plain or its flow, or with --cache.");
    await ran(made, ":plain", [1], "--cache");
    expect(await why(made, "plain-1")).toContain("because  never run\n");
  });

  test("a call of a cached flow is another one", async () => {
    const made = await plannedProject();
    await ran(made, ":kept", [[A]]);
    await made.heddle("cache", "rm", "count", "--yes");
    await ran(made, ":kept", [[A]]);
    expect(await why(made, "kept-1")).toContain("because  child changed: count (its result is gone)\n");
  });
});

describe("why a call was not executed", () => {
  test("it came from the cache: which call of which run computed it", async () => {
    const made = await plannedProject();
    await ran(made, "", [[A, B]]);
    const [first] = readdirSync(path.join(made.folder, ".heddle/runs"));
    await ran(made, "", [[A, B]]);
    const text = await why(made, "count-2");
    expect(text).toMatch(/^count-2 came from the cache\n/);
    expect(text).toContain(`computed as count-2 in the run ${first}\n`);
    // Of the first run it can still be told.
    expect(await why(made, "count-2", "--run", first!)).toContain("because  never run\n");
  });

  test("an equal call of the run was", async () => {
    const made = await plannedProject();
    await ran(made, "", [[A, A]]);
    expect(await why(made, "count-3")).toMatch(/^count-3 took the result of an equal call\n/);
  });

  test("a call that failed, and one that needs it", async () => {
    const made = await plannedProject();
    expect((await made.command("run", ":fails", [])).code).toBe(1);
    const text = await why(made, "bad-2");
    expect(text).toMatch(/^bad-2 was executed, and failed\n/);
    expect(text).toContain("because  never run\n");
    expect(text).toContain("error    Error: bad luck\n");
    expect(await why(made, "plain-3")).toMatch(/^plain-3 was not executed: a call that it needs failed\n/);
  });
});

describe("what is asked", () => {
  test("a call as it is displayed", async () => {
    const made = await plannedProject();
    await ran(made, ":named", [5]);
    const text = await why(made, "the 5 one");
    expect(text).toMatch(/^the 5 one was executed\n/);
    expect(text).toContain("call     named-1\n");
    expect(await why(made, "named-1")).toBe(text);
  });

  test.each<[word: string, says: RegExp]>([
    ["count-9", /There is no call "count-9" in the run .*\n.*2 calls of count: count-2, count-3\./],
    ["coumt-3", /Did you mean count-3\?/],
    ["cuont-3", /Did you mean count-3\?/],
    ["count", /2 calls of count: count-2, count-3\./],
    ["count-4", /Number 4 is total-4\./],
    ["nobody", /It has calls of: main, count, total\./],
  ])("%s", async (word, says) => {
    const made = await plannedProject();
    await ran(made, "", [[A, B]]);
    const { code, stdout, stderr } = await made.heddle("why", word);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
  });

  test("a run that there is not, and no run at all", async () => {
    const made = await plannedProject();
    const none = await made.heddle("why", "count-1");
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toMatch(/There is no log of a run in .*\.heddle\/runs\n.*heddle run keeps one/);
    await ran(made, ":count", [A]);
    const [id = ""] = readdirSync(path.join(made.folder, ".heddle/runs"));
    const wrong = await made.heddle("why", "count-1", "--run", "20200101000000-aaaaaa");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(`The latest are: ${id}`);
    expect(await why(made, "count-1", "--run", id.slice(-6))).toContain("because  never run\n");
  });

  test("as JSON", async () => {
    const made = await plannedProject();
    await ran(made, ":count", [A]);
    await ran(made, ":count", [B]);
    expect(JSON.parse(await why(made, "count-1", "--json"))).toMatchObject({
      flow: "count",
      call: "count-1",
      id: "count-1",
      task: "fixture/pipeline.mjs#count",
      kind: "task",
      outcome: "completed",
      executed: true,
      attempts: 1,
      key: expect.stringMatching(/^[0-9a-f]{16}\./),
      reasons: [{ why: "inputChanged", parameter: "doc", paths: ["text", "options.times"] }],
      said: ["input changed: text, options.times of doc"],
      source: null,
      notes: [],
    });
  });

  test("of results that were kept elsewhere: -o is needed, and said to be", async () => {
    const made = await plannedProject();
    await ran(made, ":count", [A], "-o", "elsewhere");
    await ran(made, ":count", [B], "-o", "elsewhere");
    expect(await why(made, "count-1")).toContain("name the folder with -o");
    expect(await why(made, "count-1", "-o", "elsewhere")).toContain("because  input changed");
  });
});

test("a target: why it was built, or not, by the name that displays have", async () => {
  const made = project({
    "t.target.mjs": `
      import { copyFileSync } from "node:fs";
      import { file, target } from "heddle/build";
      const part = target("part", k => ({ inputs: { raw: file("raw") }, outputs: { o: file("bld/" + k) } }),
        ({ raw }, { o }) => copyFileSync(raw, o));
      part(1);
    `,
    raw: "1",
  });
  const said = async () => {
    expect(await made.heddle("build", "--reporter", "quiet")).toMatchObject({ code: 0 });
    return (await made.heddle("why", "part(1)")).stdout;
  };
  expect(await said()).toMatch(/^part\(1\) was executed\n {2}because {2}it was never built\n/);
  expect(await said()).toMatch(/^part\(1\) was not built: nothing has changed\n/);
  writeFileSync(path.join(made.folder, "raw"), "22");
  expect(await said()).toMatch(/^part\(1\) was executed\n {2}because {2}the input raw has changed/);
});
