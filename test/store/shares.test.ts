import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOwners } from "../../src/store/owners.ts";
import type { Shares } from "../../src/store/shares.ts";
import { Place, registryOf, type Sharer } from "./owners-rig.ts";
import { randomOf } from "./random.ts";

let place: Place;

beforeEach(async () => {
  place = await Place.open();
});

afterEach(() => place.close());

const live = () => readdirSync(join(place.folder, "live"));

/** Processes that joined in this order, and count on so much of the label. */
async function sharers(count: number, amount = 2): Promise<Sharer[]> {
  const joined = await place.join(count);
  for (const each of joined) await each.order("limit", ["gpu"], amount);
  return joined;
}

const asked = (shares: Shares, amount: number) =>
  new Promise<void>(resolve => {
    shares.ask([["gpu", amount]], { granted: resolve, queued() {}, hopeless() {} });
  });

test("members within one process share, too, and the second goes on when the first closes", async () => {
  const registry = registryOf();
  const first = await openOwners(place.folder, registry);
  const second = await openOwners(place.folder, registry);
  for (const { shares } of [first, second]) shares.limit([["gpu", 2]]);
  await asked(first.shares, 1);
  await asked(second.shares, 1);
  const lacking: unknown[] = [];
  let had = false;
  const granted = new Promise<void>(resolve => {
    const heard = () => {
      had = true;
      resolve();
    };
    second.shares.ask([["gpu", 1]], { granted: heard, queued: each => lacking.push(...each), hopeless() {} });
  });
  await expect.poll(() => lacking).toEqual([["gpu", 2, 2]]);
  expect(had).toBe(false);
  await first.close();
  await granted;
  // The second clears up after the first.
  await expect.poll(live).toHaveLength(1);
  await second.close();
  expect(live()).toEqual([]);
});

test("alone a process is answered before it has asked to the end; what it drops it does not get", async () => {
  const owners = await openOwners(place.folder, registryOf());
  owners.shares.limit([["gpu", 1]]);
  const heard: string[] = [];
  const listener = (name: string) => ({
    granted: () => heard.push(name),
    queued: () => heard.push(`${name} waits`),
    hopeless() {},
  });
  owners.shares.ask([["gpu", 1]], listener("one"));
  expect(heard).toEqual(["one"]);
  const drop = owners.shares.ask([["gpu", 1]], listener("two"));
  owners.shares.ask([["gpu", 1]], listener("three"));
  drop();
  owners.shares.giveBack([["gpu", 1]]);
  expect(heard).toEqual(["one", "two waits", "three waits", "three"]);
  await owners.close();
});

test("what a process has that is killed is free at once", async () => {
  const [, holder, waiter] = await sharers(3);
  await holder!.ask("gpu", 2);
  const waits = waiter!.ask("gpu", 2);
  await waiter!.mustWait();
  await holder!.kill();
  await waits;
});

for (const end of ["is killed", "closes"] as const) {
  test(`the arbiter ${end}: who has a share keeps it, and who waits goes on waiting`, async () => {
    const [arbiter, holder, waiter] = await sharers(3);
    await arbiter!.ask("gpu", 1);
    await holder!.ask("gpu", 1);
    const one = waiter!.ask("gpu", 1);
    const two = waiter!.ask("gpu", 1);
    await waiter!.mustWait(2);
    if (end === "closes") await arbiter!.order("close");
    else await arbiter!.kill();
    // The share of the arbiter alone has come back.
    await one;
    await waiter!.mustWait(3);
    await holder!.giveBack("gpu", 1);
    await two;
  });
}

test("a process that is stopped keeps what it has, and what it counts on holds, under the next arbiter as well", async () => {
  const [arbiter, holder, survivor] = await sharers(3);
  await survivor!.order("limit", ["gpu"], 9);
  await holder!.ask("gpu", 2);
  await holder!.giveBack("gpu", 1);
  // Who gets it shows that the arbiter has heard of it: what nobody has heard of counts as held while its holder is silent.
  await survivor!.ask("gpu", 1);
  await survivor!.giveBack("gpu", 1);
  holder!.child.kill("SIGSTOP");
  await arbiter!.kill();
  await survivor!.ask("gpu", 1);
  const asked = survivor!.queued.length;
  const waits = survivor!.ask("gpu", 1);
  await survivor!.mustWait(asked + 1);
  holder!.child.kill("SIGCONT");
  await holder!.giveBack("gpu", 1);
  await waits;
});

/** Processes take, give back, and are killed at any moment, most often the arbiter. */
test("in a storm of kills there is never more in use than there is", async () => {
  const witness = join(place.folder, "witness");
  writeFileSync(witness, "");
  const random = randomOf(Number(process.env["SEED"] ?? 7));
  const killed: { readonly pid: number; readonly at: number }[] = [];
  let storming = await sharers(4, 3);
  let steps = 0;
  let onStep = () => {};
  const start = (sharer: Sharer) => {
    sharer.onSaid = ({ step }) => {
      if (step === undefined) return;
      steps++;
      onStep();
    };
    return sharer.order("shareStorm", ["gpu"], random(2 ** 31)).catch(() => {});
  };
  const storms = storming.map(start);
  for (let kills = 0; kills < 5; kills++) {
    const until = steps + 20 + random(60);
    await new Promise<void>(resolve => {
      onStep = () => {
        if (steps >= until) resolve();
      };
    });
    const victim = storming[random(2) * random(storming.length)]!;
    storming = storming.filter(each => each !== victim);
    killed.push({ pid: victim.child.pid!, at: statSync(witness).size });
    await victim.kill();
    const [fresh] = await sharers(1, 3);
    storming.push(fresh!);
    storms.push(start(fresh!));
  }
  await Promise.all(storming.map(each => each.order("calm")));
  await Promise.all(storms);
  for (const each of storming) {
    await each.ask("gpu", 3);
    await each.giveBack("gpu", 3);
  }
  expect(most(readFileSync(witness, "utf8"), killed)).toBe(3);
}, 120_000);

/** The most that was in use. Who was killed used nothing any more from some moment after the log was so long. */
function most(text: string, killed: readonly { readonly pid: number; readonly at: number }[]): number {
  const used = new Map<number, number>();
  let [peak, read] = [0, 0];
  for (const line of text.split("\n").slice(0, -1)) {
    const [pid, amount] = line.split(" ").map(Number) as [number, number];
    const end = killed.find(each => each.pid === pid)?.at ?? Number.POSITIVE_INFINITY;
    for (const each of killed) if (each.at <= read) used.delete(each.pid);
    read += line.length + 1;
    if (read > end) continue;
    used.set(pid, (used.get(pid) ?? 0) + amount);
    peak = Math.max(
      peak,
      [...used.values()].reduce((sum, each) => sum + each, 0),
    );
  }
  return peak;
}
