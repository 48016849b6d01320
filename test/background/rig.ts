/** Projects with tasks that a test steers, and workers and producers in processes of their own. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach } from "vitest";
import { Channel } from "../channel/channel.ts";
import { type Project, project, type Running } from "../cli/rig.ts";

const client = pathToFileURL(fileURLToPath(new URL("../channel/client.mjs", import.meta.url))).href;

export interface Rig {
  readonly channel: Channel;
  readonly place: Project;
  /** Runs a script that has delayed, attached and the tasks at hand; gives what it printed, as JSON. */
  script(body: string): Promise<unknown>;
  startScript(body: string): Running;
  /** A worker; resolves when it has said that it is ready. */
  worker(...flags: string[]): Promise<Running>;
}

const TASKS = (address: string) => `
  import { context, flow, processes, registerSerializer, task, threads } from "heddle";
  import { gate, tell } from ${JSON.stringify(client)};
  const address = ${JSON.stringify(address)};
  export const add = task("add", (a, b = 1) => a + b);
  export const work = task("work", async name => {
    await gate(address, name, context().signal);
    return name + " done";
  });
  export const stuck = task("stuck", async name => { await gate(address, name); return name; });
  export const fails = task("fails", () => { throw new RangeError("as it must"); });
  export const dies = task("dies", async name => { await tell(address, name); process.kill(process.pid, "SIGKILL"); });
  export const once = task("once", { restart: false }, async name => { await tell(address, name); process.kill(process.pid, "SIGKILL"); });
  export const square = task("square", n => n * n);
  export const wide = flow("wide", { runner: processes({ workers: 2 }) }, ns => square.map(ns));
  export const squaresOf = flow("squaresOf", ns => square.map(ns));
  export const limited = flow("limited", { limits: { square: 1 } }, ns => square.map(ns));
  export const workOn = flow("workOn", name => work.submit(name));
  export const apart = flow("apart", { limits: { work: 1 }, timeout: 300 }, name => work(name));
  export const busy = task("busy", async name => { await tell(address, name); for (;;) ; });
  export const counted = task("counted", async n => { await tell(address, "begun " + n); return n; });
  export const placed = task("placed", async n => { await tell(address, "begun " + n + " by " + process.pid); return n; });
  export const says = task("says", { retries: 1 }, async n => {
    console.log("number", n);
    context().log.info("logged", { n });
    await new Promise(resolve => setImmediate(resolve));
    process.stderr.write("and this\\n");
    if (context().attempt === 1) throw new Error("once");
    return n;
  });
  export const saysAll = flow("saysAll", async ns => says.map(ns));
  export const saysApart = flow("saysApart", { limits: { says: 1 } }, async ns => says.map(ns));
  export const spins = task("spins", async name => {
    await tell(address, name);
    const until = Date.now() + 5_000;
    while (Date.now() < until);
    await tell(address, name + " has ended");
  });
  export const calls = task("calls", async name => { await gate(address, name); return add(1, 2); });
  export const reach = name => gate(address, name);
  class Point { x = 1; }
  registerSerializer(Point, { name: "Point", encode: ({ x }) => x, decode: () => new Point() });
  export const points = task("points", () => new Point());
  export const delays = task("delays", async n => { const job = await add.delay(n); return job.result(); });
`;

/** Resolves when it has said that it is ready. */
export async function startWorker(place: Project, words: readonly string[]): Promise<Running> {
  const running = place.start(["worker", ...words]);
  await new Promise<void>((resolve, reject) => {
    running.process.stderr!.on("data", () => running.stderr().includes("at once") && resolve());
    void running.ended.then(({ stderr }) => reject(new Error(stderr)));
  });
  return running;
}

/** The rig of the test that runs. */
export const rig = {} as Rig;

beforeEach(async () => {
  const channel = await Channel.open();
  const place = project();
  place.write({
    "tasks.mjs": TASKS(channel.address),
    "other.mjs": 'import { task } from "heddle"; export const alien = task("alien", () => 1);',
  });
  let count = 0;
  const startScript = (body: string) => {
    const name = `script-${count++}.mjs`;
    place.write({
      [name]: `
        import { attach } from "heddle";
        import * as tasks from "./tasks.mjs";
        import { alien } from "./other.mjs";
        const { add, work, stuck, fails, dies, once, square, wide, limited, apart, busy, counted, delays, says, points, saysAll, saysApart, spins, calls, placed, reach } = tasks;
        const answer = await (async () => { ${body} })();
        process.stdout.write(JSON.stringify(answer ?? null));
      `,
    });
    return place.startNode([name]);
  };
  Object.assign(rig, {
    channel,
    place,
    startScript,
    async script(body: string) {
      const { code, stdout, stderr } = await startScript(body).ended;
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as unknown;
    },
    worker: (...flags: string[]) => startWorker(place, ["tasks.mjs", ...flags]),
  } satisfies Rig);
});

afterEach(() => rig.channel.close());
