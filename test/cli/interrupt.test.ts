import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { channel, gone } from "./channel.ts";
import { project } from "./rig.ts";

const PIPELINE = `
  import { pbkdf2Sync } from "node:crypto";
  import { context, flow, task } from "heddle";
  import { say, told } from "./channel.mjs";

  const quick = task("quick", n => n);
  const polite = task("polite", async n => {
    const { signal } = context();
    await say("running " + process.pid);
    void told();
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("told to stop"))));
  });
  const deaf = task("deaf", async n => {
    await say("running " + process.pid);
    await told();
  });
  const busy = task("busy", async n => {
    await say("running " + process.pid);
    for (;;);
  });
  const native = task("native", async n => {
    await say("running " + process.pid);
    pbkdf2Sync("a", "b", 2_000_000_000, 64, "sha512");
  });
  export const natively = flow("natively", () => native.submit(1));
  export const politely = flow("politely", async () => {
    await quick.map([1, 2, 3]);
    await polite.map([1, 2]);
  });
  export const deafly = flow("deafly", async () => { await deaf.map([1, 2]); });
  export const busily = flow("busily", async () => { await busy.map([1, 2]); });
`;

async function prepared() {
  const made = project();
  const line = await channel(made.folder);
  made.write({ "pipeline.mjs": PIPELINE, "channel.mjs": line.module });
  return { ...made, line };
}

const pidsOf = (messages: string[]) => messages.map(message => Number(message.split(" ")[1]));

describe.each(["inline", "threads", "processes"])("one Ctrl-C, on %s", runner => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s: calls get the signal, the report is written, exit 130",
    async signal => {
      const { start, line, folder } = await prepared();
      const run = start(["run", "pipeline.mjs:politely", "--runner", runner, "-n", "2"]);
      const pids = pidsOf(await line.heard("running", 2));
      run.process.kill(signal);
      const { code, stderr, stdout } = await run.ended;
      expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
      expect(stderr).toContain("Ctrl-C again");
      expect(stderr).toContain("politely interrupted");
      expect(stderr).toContain("quick   3 completed");
      for (const pid of pids) await gone(pid);
      const [id = ""] = readdirSync(path.join(folder, ".heddle/runs"));
      const log = readFileSync(path.join(folder, ".heddle/runs", id, "events.jsonl"), "utf8");
      expect(log).toContain('"state":"interrupted"');
    },
  );
});

describe.each(["threads", "processes"])("calls that do not listen, on %s", runner => {
  test.each(["deafly", "busily"])("%s: ended all the same", async flow => {
    const { start, line } = await prepared();
    const run = start(["run", `pipeline.mjs:${flow}`, "--runner", runner, "-n", "2"]);
    const pids = pidsOf(await line.heard("running", 2));
    run.process.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`${flow} interrupted`);
    for (const pid of pids) await gone(pid);
  });
});

test("a thread deep in native code does not hold the process: it ends by the signal, which shells show as 130", async () => {
  const { start, line } = await prepared();
  const run = start(["run", "pipeline.mjs:natively", "--runner", "threads", "-n", "1"]);
  await line.heard("running");
  // Between saying so and native code it could still be ended; in there it computes.
  const before = computed(run.process.pid!);
  await expect.poll(() => computed(run.process.pid!) - before).toBeGreaterThan(30);
  run.process.kill("SIGINT");
  const { code, signal, stderr } = await run.ended;
  expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" });
  expect(stderr).toContain("natively interrupted");
});

describe("a second Ctrl-C", () => {
  test.each(["inline", "threads", "processes"])("on %s: exit 130 at once, nobody left", async runner => {
    const { start, line } = await prepared();
    const run = start(["run", "pipeline.mjs:deafly", "--runner", runner, "-n", "2"]);
    const pids = pidsOf(await line.heard("running", 2));
    run.process.kill("SIGINT");
    run.process.kill("SIGTERM");
    const { code } = await run.ended;
    expect(code).toBe(130);
    for (const pid of pids) await gone(pid);
  });
});

test("Ctrl-C while the module still loads: exit 130", async () => {
  const { start, line, write, folder } = await prepared();
  write({ "slow.mjs": `import { say, told } from "./channel.mjs"; await say("loading"); await told();` });
  const run = start(["run", "slow.mjs"]);
  await line.heard("loading");
  run.process.kill("SIGINT");
  expect(await run.ended).toMatchObject({ code: 130, stdout: "" });
  expect(existsSync(path.join(folder, ".heddle"))).toBe(false);
});

describe.each(["call", "worker"])("in a command, per %s", per => {
  const config = `export default { prefix: { busy: { command: "nice", per: "${per}" } } };`;

  test.each([1, 2])("%s times Ctrl-C: exit 130, nobody left", async times => {
    const { start, line, write } = await prepared();
    write({ "heddle.config.mjs": config });
    const run = start(["run", "pipeline.mjs:busily"]);
    const pids = pidsOf(await line.heard("running", 2));
    run.process.kill("SIGINT");
    if (times === 2) run.process.kill("SIGTERM");
    expect(await run.ended).toMatchObject({ code: 130 });
    for (const pid of pids) await gone(pid);
  });
});

/** The processor time that a process has had for its own code, in hundredths of a second. */
function computed(pid: number): number {
  const [, facts = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  return Number(facts.split(" ")[11]);
}
