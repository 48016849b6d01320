/** Runs in processes of their own, on one store, that share a limit. What they do at once is read from a log. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Channel } from "../channel/channel.ts";
import { type Project, project, type Running } from "./rig.ts";

const client = pathToFileURL(fileURLToPath(new URL("../channel/client.mjs", import.meta.url))).href;

let channel: Channel;
let place: Project;
const log = () => path.join(place.folder, "log");

const pipeline = () => `
  import { appendFileSync } from "node:fs";
  import { flow, inline, task } from "heddle";
  import { gate, tell } from ${JSON.stringify(client)};
  const note = (sign, amount) => appendFileSync(${JSON.stringify(path.join(place.folder, "log"))}, sign + " " + process.pid + " " + amount + "\\n");
  const work = async (name, amount) => {
    note("+", amount);
    await gate(${JSON.stringify(channel.address)}, name);
    note("-", amount);
  };
  const heavy = task("heavy", { labels: "gpu" }, name => work(name, 1));
  const heavier = task("heavier", { labels: { gpu: 2 } }, name => work(name, 2));
  const names = (name, count) => Array.from({ length: count }, (_, n) => name + " " + n);
  export const many = flow("many", async ({ name, count = 6 }) => { await heavy.map(names(name, count)); });
  export const mixed = flow("mixed", async ({ name, count = 6 }) => {
    const large = heavier.submit(name + " large");
    await heavy.map(names(name, count));
    await large;
  });
  export const watching = flow("watching", async ({ name, count }) => {
    const calls = names(name, count).map(heavy.submit);
    while (!calls[0].waitsFor.some(text => text.includes("other runs"))) await new Promise(setImmediate);
    await tell(${JSON.stringify(channel.address)}, calls[0].waitsFor.join());
    return calls;
  });
`;

beforeEach(async () => {
  channel = await Channel.open();
  place = project();
  place.write({ "p.mjs": pipeline() });
  writeFileSync(log(), "");
});

afterEach(() => channel.close());

const SHARED = ["--limit", "gpu=2,shared"];
const start = (name: string, flow = "many", flags: readonly string[] = SHARED, count = 6) =>
  place.start(["run", `p.mjs:${flow}`, "--input", JSON.stringify({ name, count }), ...flags]);

/**
 * The most that was in use at once. `killed`: processes that were, and how long the log was just before; what they
 * used then they use no more.
 */
function most(killed: readonly { readonly pid: number; readonly at: number }[] = []): number {
  const used = new Map<number, number>();
  let [peak, read] = [0, 0];
  for (const line of readFileSync(log(), "utf8").split("\n").slice(0, -1)) {
    for (const { pid, at } of killed) if (at <= read) used.delete(pid);
    read += line.length + 1;
    const [sign, pid, amount] = line.split(" ");
    used.set(Number(pid), (used.get(Number(pid)) ?? 0) + Number(amount) * (sign === "+" ? 1 : -1));
    let sum = 0;
    for (const each of used.values()) sum += each;
    peak = Math.max(peak, sum);
  }
  return peak;
}

function kill({ process: child }: Running): { pid: number; at: number } {
  const { size: at } = statSync(log());
  child.kill("SIGKILL");
  return { pid: child.pid!, at };
}

const ended = async (...runs: readonly Running[]) => {
  const all = await Promise.all(runs.map(run => run.ended));
  expect(all.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual(runs.map(() => 0));
};

for (const places of [[], ["-n", "2"], ["--runner", "processes", "-n", "2"]]) {
  test(`three runs never have more than there is, together ${places.join(" ")}`, async () => {
    const flags = [...SHARED, ...places];
    const first = start("first", "mixed", flags);
    const second = start("second", "mixed", flags);
    const third = start("third", "many", flags);
    await channel.nth(0);
    channel.passAll();
    await ended(first, second, third);
    expect(channel.heard).toHaveLength(20);
    expect(most()).toBe(2);
  });
}

test("a run that waits comes before one that has had its turn and wants more", async () => {
  const first = start("first");
  await channel.reached("first 0");
  await channel.reached("first 1");
  const second = start("second", "watching");
  await channel.reached("label gpu: 2 of 2 in use, also by other runs");
  channel.pass("first 0");
  await channel.reached("second 0");
  expect(channel.heard).not.toContain("first 2");
  channel.passAll();
  await ended(first, second);
  expect(most()).toBe(2);
});

test("a run that is killed while it has all of it: another goes on at once", async () => {
  const first = start("first");
  await channel.reached("first 0");
  await channel.reached("first 1");
  const second = start("second", "watching");
  await channel.reached("label gpu: 2 of 2 in use, also by other runs");
  const killed = kill(first);
  await channel.reached("second 0");
  await channel.reached("second 1");
  channel.passAll();
  await ended(second);
  expect(most([killed])).toBe(2);
});

test("the arbiter is killed while others have some and want more", async () => {
  // Who asks first has opened the store first.
  const arbiter = start("arbiter");
  await channel.reached("arbiter 0");
  await channel.reached("arbiter 1");
  const runs = [start("second", "watching"), start("third", "watching")];
  await channel.reached("label gpu: 2 of 2 in use, also by other runs", 2);
  channel.pass("arbiter 0");
  const others = () => channel.heard.filter(point => /^(second|third) \d/.test(point)).length;
  await expect.poll(others, { timeout: 30_000 }).toBe(1);
  const killed = kill(arbiter);
  await expect.poll(others, { timeout: 30_000 }).toBe(2);
  expect(most([killed])).toBe(2);
  channel.passAll();
  await ended(...runs);
  expect(most([killed])).toBe(2);
});

test("of two amounts the smaller counts while both runs live, and the run with the larger one is told", async () => {
  const first = start("first", "many", ["--limit", "gpu=1,shared"], 1);
  await channel.reached("first 0");
  const second = start("second", "watching", ["--limit", "gpu=3,shared"], 6);
  await channel.reached("label gpu: 1 of 1 in use, also by other runs");
  expect(most()).toBe(1);
  channel.pass("first 0");
  await first.ended;
  await channel.reached("second 0");
  await channel.reached("second 1");
  await channel.reached("second 2");
  channel.passAll();
  await ended(first, second);
  expect(most()).toBe(3);
  expect((await second.ended).stderr).toMatch(/says that there is 1 of gpu, this one 3: while both run, 1 counts/);
});

test("runs on different stores do not count for each other", async () => {
  const first = start("first", "many", [...SHARED, "-o", "one"], 2);
  const second = start("second", "many", [...SHARED, "-o", "two"], 2);
  for (const point of ["first 0", "first 1", "second 0", "second 1"]) await channel.reached(point);
  channel.passAll();
  await ended(first, second);
});

test("a rate that is shared is refused", async () => {
  const { code, stderr } = await place.heddle("run", "p.mjs:many", "--limit", "gpu=2/1s,shared");
  expect(code).toBe(2);
  expect(stderr).toMatch(/--limit gpu=2\/1s,shared .*not possible/);
});
