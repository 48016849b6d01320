import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOwners } from "../../src/store/owners.ts";
import { Place, registryOf } from "./owners-rig.ts";

let place: Place;

beforeEach(async () => {
  place = await Place.open();
});

afterEach(() => place.close());

const live = () => readdirSync(join(place.folder, "live")).sort();
const granted = { claims: [true] };
const held = { claims: [false] };

test("a process alone is granted all it claims, at once", async () => {
  const rows = new Map<string, string>();
  const owners = await openOwners(place.folder, registryOf(rows));
  expect(owners.others).toBe(0);
  expect(owners.claim(["a", "b"])).toEqual([true, true]);
  owners.release(["a"]);
  expect(owners.claim(["a"])).toEqual([true]);
  await owners.close();
  expect([...rows]).toEqual([]);
  expect(live()).toEqual([]);
});

test("a claim of what the process holds is a mistake, and takes nothing", async () => {
  const rows = new Map<string, string>();
  const first = await openOwners(place.folder, registryOf(rows));
  const second = await openOwners(place.folder, registryOf(rows));
  for (const owners of [first, second]) {
    const own = owners === first ? "a" : "b";
    await owners.claim([own]);
    expect(() => owners.claim(["c", own])).toThrow(/claimed by this process before/);
    expect(() => owners.claim(["c", "c"])).toThrow(/claimed by this process before/);
    expect(await owners.claim(["c"])).toEqual([true]);
    owners.release(["c"]);
  }
  await second.close();
  await first.close();
  expect(() => first.claim(["a"])).toThrow("the store was closed");
});

test("who closes while waiting is let go", async () => {
  const rows = new Map<string, string>();
  const first = await openOwners(place.folder, registryOf(rows));
  const second = await openOwners(place.folder, registryOf(rows));
  first.claim(["a"]);
  const [wait] = await second.claim(["a"]);
  const unanswered = second.claim(["b"]);
  await second.close();
  await wait;
  await expect(unanswered).rejects.toThrow("the store was closed");
  await first.close();
});

test("an arbiter that cannot be reached is taken for dead: nobody hangs", async () => {
  const rows = new Map([
    ["arbiter", "elsewhere"],
    ["member/elsewhere", join(place.folder, "live", "elsewhere")],
    ["member/another", join(place.folder, "live", "another")],
  ]);
  const owners = await openOwners(place.folder, registryOf(rows));
  expect(owners.claim(["a"])).toEqual([true]);
  await owners.close();
});

test("what the journal of a dead arbiter says of processes that have left counts no more", async () => {
  const rows = new Map([
    ["arbiter", "dead"],
    ["member/dead", join(place.folder, "live", "dead")],
    ["member/killed", join(place.folder, "live", "killed")],
  ]);
  const journal = [
    ["+", "left", ["a", "b"]],
    ["+", "killed", ["c"]],
    ["-", "left", ["b"]],
  ];
  const text = journal.map(line => `${JSON.stringify(line)}\n`).join("");
  mkdirSync(join(place.folder, "live"));
  writeFileSync(join(place.folder, "live", "dead.held"), `${text}["+", "left", ["d`);
  const owners = await openOwners(place.folder, registryOf(rows));
  const [a, b, c, d] = await owners.claim(["a", "b", "c", "d"]);
  expect([a, b, d]).toEqual([true, true, true]);
  await c;
  expect(owners.claim(["c"])).toEqual([true]);
  await expect.poll(() => [...rows.keys()]).toHaveLength(2);
  await owners.close();
  expect(live()).toEqual([]);
});

test("two processes, one key: the second is told when the first is done, however the roles are", async () => {
  const [first, second] = await place.join(2);
  expect(await first!.claim("a")).toEqual({ atOnce: true, claims: [true] });
  expect(await second!.claim("a", "b")).toEqual({ atOnce: false, claims: [false, true] });
  expect(await first!.order("others")).toBe(1);
  expect(await second!.order("others")).toBe(1);
  expect(await first!.claim("b")).toEqual({ atOnce: true, claims: [false] });
  expect(first!.freed).toEqual([]);
  await first!.release("a");
  await second!.told("a");
  await second!.release("b");
  await first!.told("b");
  expect(await second!.claim("a")).toMatchObject(granted);
  expect(await first!.claim("b")).toMatchObject(granted);
});

test("what a process held before others came counts", async () => {
  const [first] = await place.join(1);
  expect(await first!.claim("a")).toEqual({ atOnce: true, claims: [true] });
  const [second] = await place.join(1);
  expect(await second!.claim("a")).toMatchObject(held);
  await first!.release("a");
  await second!.told("a");
});

test("whoever waits for a process that is killed is told, and its traces go", async () => {
  const [arbiter, holder, waiter] = await place.join(3);
  await holder!.claim("a", "b");
  expect(await waiter!.claim("a")).toMatchObject(held);
  expect(await arbiter!.claim("b")).toMatchObject(held);
  await holder!.kill();
  await waiter!.told("a");
  await arbiter!.told("b");
  expect(await waiter!.claim("a")).toMatchObject(granted);
  expect(await arbiter!.claim("a")).toMatchObject(held);
  await waiter!.order("close");
  await arbiter!.told("a");
  await arbiter!.order("close");
  await expect.poll(live).toEqual([]);
});

test("a process that is stopped goes on holding", async () => {
  const [, holder, waiter] = await place.join(3);
  await holder!.claim("a");
  expect(await waiter!.claim("a")).toMatchObject(held);
  holder!.child.kill("SIGSTOP");
  expect(await waiter!.claim("b")).toMatchObject(granted);
  const [late] = await place.join(1);
  expect(await late!.claim("a")).toMatchObject(held);
  expect(await late!.claim("b")).toMatchObject(held);
  expect([...waiter!.freed, ...late!.freed]).toEqual([]);
  holder!.child.kill("SIGCONT");
  await holder!.release("a");
  await Promise.all([waiter!.told("a"), late!.told("a")]);
});

for (const end of ["is killed", "closes"] as const) {
  test(`the arbiter ${end} while others hold and wait: nothing is granted twice, nobody is forgotten`, async () => {
    const [arbiter, , holder, waiter] = await place.join(4);
    await arbiter!.claim("c");
    await holder!.claim("a", "b");
    expect(await waiter!.claim("a", "c")).toMatchObject({ claims: [false, false] });
    if (end === "closes") await arbiter!.order("close");
    else await arbiter!.kill();
    await waiter!.told("c");
    expect(await waiter!.claim("b", "c")).toMatchObject({ claims: [false, true] });
    const [late] = await place.join(1);
    expect(await late!.claim("a")).toMatchObject(held);
    expect(waiter!.freed.map(({ key }) => key)).toEqual(["c"]);
    await holder!.release("a");
    await Promise.all([waiter!.told("a"), late!.told("a")]);
    expect(await holder!.claim("a", "c")).toMatchObject({ claims: [true, false] });
  });
}

test("after the arbiter a process that is stopped holds what it held, and delays nobody else", async () => {
  const [arbiter, holder, survivor] = await place.join(3);
  await holder!.claim("a", "b");
  await holder!.release("b");
  await holder!.claim("c");
  holder!.child.kill("SIGSTOP");
  await arbiter!.kill();
  expect(await survivor!.claim("b", "a", "d")).toMatchObject({ claims: [true, false, true] });
  const [late] = await place.join(1);
  expect(await late!.claim("a", "c")).toMatchObject({ claims: [false, false] });
  // The third to rule knows it from the journal of the second.
  await survivor!.kill();
  expect(await late!.claim("d", "e")).toEqual({ atOnce: expect.any(Boolean), claims: [true, true] });
  expect(late!.freed).toEqual([]);
  await holder!.kill();
  await Promise.all([late!.told("a"), late!.told("c")]);
  await expect.poll(() => new Set(live().map(name => name.split(".")[0])).size).toBe(1);
  await late!.order("close");
  expect(live()).toEqual([]);
});

test("a process that was killed alone leaves nothing in the way", async () => {
  const [first] = await place.join(1);
  await first!.claim("a");
  await first!.kill();
  expect(live()).toHaveLength(1);
  const [second] = await place.join(1);
  expect(await second!.claim("a")).toEqual({ atOnce: true, claims: [true] });
  expect(await second!.order("others")).toBe(0);
  await second!.order("close");
  expect(live()).toEqual([]);
});

test("a folder with a path too long for sockets", async () => {
  const folder = join(place.folder, "long".repeat(30));
  mkdirSync(folder);
  const [first, second] = await place.join(2, folder);
  await first!.claim("a");
  expect(await second!.claim("a")).toMatchObject(held);
  await first!.kill();
  await second!.told("a");
  expect(await second!.claim("a")).toMatchObject(granted);
});

test("only waiting keeps a process alive", async () => {
  const [arbiter, holder, waiter] = await place.join(3);
  await arbiter!.claim("a");
  await holder!.claim("b");
  expect(await waiter!.claim("a")).toMatchObject(held);
  await waiter!.order("alone");
  await holder!.order("alone");
  await holder!.ended;
  expect(holder!.child.exitCode).toBe(0);
  expect(await arbiter!.claim("b")).toMatchObject({ claims: [expect.any(Boolean)] });
  await arbiter!.release("a");
  await waiter!.ended;
  expect(waiter!.output).toBe("free a\n");
  await arbiter!.order("alone");
  await arbiter!.ended;
  expect(arbiter!.child.exitCode).toBe(0);
});
