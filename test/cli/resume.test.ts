/** `heddle run --resume`: after a failure, Ctrl-C and SIGKILL, only what is missing is executed. */
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Store } from "../../src/store/store.ts";
import { Channel } from "../channel/channel.ts";
import { interrupted } from "../engines/interrupted.ts";
import { type Ended, project } from "./rig.ts";

const CLIENT = readFileSync(new URL("../channel/client.mjs", import.meta.url), "utf8");

const PIPELINE = `
  import { existsSync } from "node:fs";
  import { context, flow, task } from "heddle";
  import { gate, tell } from "./client.mjs";
  import { grown } from "./grown.mjs";
  const at = process.env.CHANNEL;
  export const step = task("step", async n => { await tell(at, "step " + n); return { n: grown(n) }; });
  export const kept = task("kept", { cache: true }, async n => { await tell(at, "kept " + n); return { n }; });
  export const other = task("other", async n => { await tell(at, "other " + n); return n; });
  export const last = task("last", async ns => {
    await gate(at, "last");
    if (process.env.FAILS) throw new Error("not today");
    return ns.length;
  });
  export const sub = flow("sub", async n => (await step.submit(n)).n + 1);
  export default flow("main", async ns => last.submit([...step.map(ns), ...kept.map(ns), sub.submit(100), other.submit(7)]));
  export const cachedOnly = flow("cachedOnly", async ns => last.submit([...kept.map(ns)]));
  export const plainly = flow("plainly", async () => last.submit([await other.submit(1)]));
  const fills = task("fills", () => existsSync(context().dir));
  const gives = task("gives", () => Symbol.iterator);
  const takes = task("takes", f => f());
  export const leaves = flow("leaves", async () => {
    await Promise.all([fills(), gives(), takes(() => 1), other(1)]);
    return last.submit([]);
  });
  export const nothing = flow("nothing", () => last.submit([]));
`;

/** No process has this number. */
const NOBODY = 2 ** 22 + 1;

const GROWN = "export const grown = n => n + 1;";

async function prepared() {
  const channel = await Channel.open();
  onTestFinished(() => channel.close());
  const made = project({ "pipeline.mjs": PIPELINE, "grown.mjs": GROWN, "client.mjs": CLIENT });
  let seen = 0;
  /** What was executed since it was asked the last time. */
  const executed = () => {
    const since = channel.heard.slice(seen);
    seen += since.length;
    return since.sort();
  };
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    made.start(["run", ...args], { env: { CHANNEL: channel.address, ...env } });
  const run = async (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended & { executed: string[] }> => {
    const ended = await start(args, env).ended;
    return { ...ended, executed: executed() };
  };
  const failing = (...args: string[]) => run(args, { FAILS: "1" });
  return { ...made, channel, executed, start, run, failing };
}

/** Resolves when the store has so many entries. */
async function stored(folder: string, count: number): Promise<void> {
  const where = path.join(folder, ".heddle");
  const store = await until(() => (existsSync(path.join(where, "cache/format.json")) ? Store.open(where) : null));
  try {
    await until(() => ([...store.entries()].length >= count ? true : null));
  } finally {
    await store.close();
  }
}

/** How many entries the store has. */
async function count(folder: string): Promise<number> {
  const store = Store.open(path.join(folder, ".heddle"));
  try {
    return [...store.entries()].length;
  } finally {
    await store.close();
  }
}

async function until<T>(found: () => T | null): Promise<T> {
  for (;;) {
    const value = found();
    if (value !== null) return value;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

const ALL = ["kept 1", "kept 2", "other 7", "step 1", "step 100", "step 2"];

describe.each(["inline", "threads", "processes"])("on %s", runner => {
  const args = ["pipeline.mjs", "--input", "[1, 2]", "--runner", runner, "-n", "2"];

  test("a run that failed, again and again: only what is missing, until it is done", async () => {
    const { channel, failing, run } = await prepared();
    channel.passAll();
    const first = await failing(...args);
    expect(first).toMatchObject({ code: 1, executed: [...ALL, "last"].sort() });
    expect(first.stderr).toContain("4 results kept: run it again with --resume");
    expect(await failing(...args, "--resume")).toMatchObject({ code: 1, executed: ["last"] });
    expect(await run([...args, "--resume"])).toMatchObject({ code: 0, stdout: "6\n", executed: ["last"] });
    const done = await run([...args, "--resume"]);
    expect(done).toMatchObject({ code: 2, stdout: "", executed: [] });
    expect(done.stderr).toMatch(/there is no run of main to resume\n.*Leave --resume out/);
    // What is not cached is executed anew.
    expect((await run(args)).executed).toEqual(["last", "other 7", "step 1", "step 100", "step 2"]);
  });

  test("a run that was interrupted", async () => {
    const { channel, start, run, executed } = await prepared();
    const running = start(args);
    await channel.reached("last");
    running.process.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("4 results kept: run it again with --resume");
    expect(executed()).toEqual([...ALL, "last"].sort());
    channel.passAll();
    expect(await run([...args, "--resume"])).toMatchObject({ code: 0, stdout: "6\n", executed: ["last"] });
  });

  test("a run that was killed", async () => {
    const { channel, start, run, executed, folder } = await prepared();
    const running = start(args);
    await channel.reached("last");
    await stored(folder, 2 + 4);
    running.process.kill("SIGKILL");
    expect(await running.ended).toMatchObject({ signal: "SIGKILL" });
    executed();
    channel.passAll();
    // As if it had been killed a moment earlier, while it wrote this.
    const written = path.join(folder, ".heddle/resume");
    for (const name of readdirSync(written))
      copyFileSync(path.join(written, name), path.join(written, `${name}.${NOBODY}`));
    expect(await run([...args, "--resume"])).toMatchObject({ code: 0, stdout: "6\n", executed: ["last"] });
    expect(readdirSync(written)).toEqual([]);
  });

  test("what is cached needs no --resume", async () => {
    const { channel, failing, run } = await prepared();
    channel.passAll();
    const cached = ["pipeline.mjs:cachedOnly", ...args.slice(1)];
    expect((await failing(...cached)).executed).toEqual(["kept 1", "kept 2", "last"]);
    expect(await failing(...cached)).toMatchObject({ code: 1, executed: ["last"] });
    // It does no harm either.
    expect(await failing(...cached, "--resume")).toMatchObject({ code: 1, executed: ["last"] });
    expect(await run([...cached, "--resume"])).toMatchObject({ code: 0, stdout: "2\n", executed: ["last"] });
  });
});

describe("what is done anew", () => {
  const args = ["pipeline.mjs", "--input", "[1, 2]"];

  test("calls whose code was edited, those of flows too", async () => {
    const { channel, failing, run, write, folder } = await prepared();
    channel.passAll();
    await failing(...args);
    expect(await count(folder)).toBe(2 + 4);
    write({ "grown.mjs": "export const grown = n => n + 2;" });
    expect(await run([...args, "--resume"])).toMatchObject({
      code: 0,
      executed: ["last", "step 1", "step 100", "step 2"],
    });
    // Also what was of no use is gone.
    expect(await count(folder)).toBe(2);
  });

  test("calls with other inputs", async () => {
    const { channel, failing, run } = await prepared();
    channel.passAll();
    await failing(...args);
    const other = await run(["pipeline.mjs", "--input", "[2, 3]", "--resume"]);
    expect(other).toMatchObject({ code: 0, executed: ["kept 3", "last", "step 3"] });
  });

  test("what was forced, whatever was kept of it", async () => {
    const { channel, failing, run } = await prepared();
    channel.passAll();
    await failing(...args);
    const forced = await run([...args, "--resume", "--force", "kept"]);
    expect(forced).toMatchObject({ code: 0, executed: ["kept 1", "kept 2", "last"] });
  });

  test("all of a run in which nothing had ended", async () => {
    const { channel, failing, run } = await prepared();
    channel.passAll();
    const first = await failing("pipeline.mjs:nothing");
    expect(first.stderr).not.toContain("--resume");
    expect(await run(["pipeline.mjs:nothing", "--resume"])).toMatchObject({ code: 0, executed: ["last"] });
  });
});

describe("which run", () => {
  const args = ["pipeline.mjs", "--input", "[1, 2]"];
  const idOf = ({ stderr }: Ended) => /\d{14}-[0-9a-f]{6}/.exec(stderr)![0];

  test("by its id; one that is not the last cannot be resumed", async () => {
    const { channel, failing, run } = await prepared();
    channel.passAll();
    const first = idOf(await failing(...args, "--reporter", "plain"));
    const second = idOf(await failing(...args, "--reporter", "plain"));
    const refused = await run([...args, "--resume", first]);
    expect(refused).toMatchObject({ code: 2, executed: [] });
    expect(refused.stderr).toContain(`the run ${first} of main is not one that can be resumed`);
    const wrong = await run(["pipeline.mjs:nothing", "--resume", second]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/It is a run of .*pipeline\.mjs#main/);
    expect(await run([...args, "--resume", second])).toMatchObject({ code: 0, executed: ["last"] });
  });

  test("none: a run that ended well, and a first one", async () => {
    const { channel, run } = await prepared();
    channel.passAll();
    expect(await run([...args, "--resume"])).toMatchObject({ code: 2, executed: [] });
    expect((await run(args)).code).toBe(0);
    expect(await run([...args, "--resume"])).toMatchObject({ code: 2, executed: [] });
  });

  test("where nothing can be kept, the run says so and fails as it would", async () => {
    const { channel, failing, write } = await prepared();
    channel.passAll();
    write({ ".heddle/cache": "a file where a folder should be" });
    const { code, stderr } = await failing("pipeline.mjs:plainly");
    expect(code).toBe(1);
    expect(stderr).toContain("Results are not kept for --resume");
    expect(stderr).toContain("not today");
  });

  test("of calls whose results cannot be kept the run says so when it fails", async () => {
    const { channel, failing, run } = await prepared();
    channel.passAll();
    const { stderr } = await failing("pipeline.mjs:leaves");
    expect(stderr).toMatch(/The results of 3 calls, such as \w+-\d, are not kept for --resume: there are files in/);
    expect(stderr).toContain("1 result kept");
    const { code, executed, stderr: later } = await run(["pipeline.mjs:leaves", "--resume"]);
    expect({ code, executed }).toEqual({ code: 0, executed: ["last"] });
    expect(later).not.toContain("not kept");
  });

  test("with --no-log nothing is kept for it", async () => {
    const { channel, failing, run, folder } = await prepared();
    channel.passAll();
    const { stderr } = await failing(...args, "--no-log");
    expect(stderr).not.toContain("--resume");
    expect(existsSync(path.join(folder, ".heddle/resume"))).toBe(false);
    expect((await run([...args, "--resume"])).code).toBe(2);
  });
});

/** What took 5 ms may have started what Ctrl-C ends, too: on a busy machine that is what was not let run meanwhile. */
const SLOW = 3;

describe.each(["inline", "threads", "processes"])("short calls on %s", runner =>
  interrupted(() => JSON.stringify(runner), undefined, SLOW),
);
