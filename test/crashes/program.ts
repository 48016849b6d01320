/** Whole programs, as a user runs them, to which something happens. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { Store } from "../../src/store/store.ts";
import { Channel } from "../channel/channel.ts";
import { project, type Running } from "../cli/rig.ts";
import type { Place, WorkerFault } from "./cells.ts";

const fixture = (name: string) => JSON.stringify(new URL(`../fixtures/crashes/${name}`, import.meta.url).href);

const CONFIG = `
  import { runnersWith } from ${fixture("runners.mjs")};
  const named = Object.entries(runnersWith({ little: process.env.LITTLE === "1" }));
  export default { runners: Object.fromEntries(named.map(([name, runner]) => ["on " + name, runner])) };
`;
const PIPELINE = `
  import { flow } from "heddle";
  import { stays, step, victimLater } from ${fixture("tasks.mjs")};
  const at = process.env.CHANNEL;
  const steps = () => step.map([at, at], [1, 2]);
  export const meets = flow("meets", async fault => [await steps(), await victimLater.submit(at, process.env.WELL ? "" : fault)]);
  export const stuck = flow("stuck", async busy => [await steps(), await (process.env.WELL ? "went well" : stays.submit(at, busy))]);
  export const fails = flow("fails", async busy => {
    const staying = stays.submit(at, busy);
    process.once("SIGUSR2", () => { throw new Error("out of the program"); });
    await staying;
  });
`;

/** A project whose flows run on this runner, and a channel to its tasks. */
export async function program(place: Place) {
  const channel = await Channel.open();
  onTestFinished(() => channel.close());
  const made = project({ "heddle.config.mjs": CONFIG, "pipeline.mjs": PIPELINE });
  const start = (flow: string, input: unknown, env: NodeJS.ProcessEnv = {}, ...more: readonly string[]): Running => {
    const args = ["run", `pipeline.mjs:${flow}`, "--runner", `on ${place}`, "--input", JSON.stringify(input), ...more];
    return made.start(args, { env: { CHANNEL: channel.address, ...env } });
  };
  /** Resolves to the process of the call that is the point of it, and what that has started. */
  const pids = async () => {
    for (let at = 0; ; at++) {
      const heard = await channel.nth(at);
      if (heard.startsWith("pid ")) return heard.split(" ").slice(1);
    }
  };
  return { ...made, channel, start, pids };
}

/** Resolves when the store of a project has so many entries. */
export async function stored(folder: string, count: number): Promise<void> {
  const where = join(folder, ".heddle");
  const look = () => new Promise(resolve => setTimeout(resolve, 20));
  while (!existsSync(join(where, "cache/format.json"))) await look();
  const store = Store.open(where);
  try {
    while ([...store.entries()].length < count) await look();
  } finally {
    await store.close();
  }
}

/** What the project's last run needs no more than this to end well, as what was kept is not executed again. */
export async function resumes({ channel, start }: Awaited<ReturnType<typeof program>>, flow: string, input: unknown) {
  const before = channel.heard.length;
  channel.pass("go");
  const { code, stdout, stderr } = await start(flow, input, { WELL: "1" }, "--resume").ended;
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual([[1, 2], "went well"]);
  expect(channel.heard.slice(before).filter(point => point.startsWith("step"))).toEqual([]);
}

/** The call ends the program in the way of its fault; run again, that goes on from where it was. */
export async function endsProgram(fault: WorkerFault, place: Place): Promise<void> {
  const found = await program(place);
  const { folder, channel, start, pids } = found;
  const little = fault === "is out of memory" ? { NODE_OPTIONS: "--max-old-space-size=60" } : {};
  const running = start("meets", fault, little);
  await pids();
  await stored(folder, 2);
  channel.pass("go");
  const { code, signal } = await running.ended;
  expect({ code, signal }).toEqual(endOf[fault]);
  await resumes(found, "meets", fault);
}

const endOf: Partial<Record<WorkerFault, { code: number | null; signal: string | null }>> = {
  "calls process.exit": { code: 3, signal: null },
  "throws where nobody catches": { code: 1, signal: null },
  "is killed by a signal": { code: null, signal: "SIGKILL" },
  "crashes in native code": { code: null, signal: "SIGSEGV" },
  "is out of memory": { code: null, signal: "SIGABRT" },
};
