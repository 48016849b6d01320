import { expect, test } from "vitest";
import { Pace } from "../../src/workers/pace.ts";

const turn = () => new Promise<void>(resolve => setImmediate(resolve));
const microtasks = () => new Promise<void>(resolve => process.nextTick(resolve));

test("calls are dealt at once, but only once in a turn of the event loop", async () => {
  const said: string[] = [];
  const pace = new Pace(() => {
    said.push("dealt");
    return true;
  });
  await turn();
  pace.soon();
  pace.soon();
  await microtasks();
  expect(said).toEqual(["dealt"]);
  pace.soon();
  await microtasks();
  said.push("the same turn");
  await turn();
  expect(said).toEqual(["dealt", "the same turn", "dealt"]);
});

test("a look that finds nothing to send holds up nothing", async () => {
  let looks = 0;
  const pace = new Pace(() => {
    looks += 1;
    return false;
  });
  await turn();
  for (let i = 1; i <= 3; i += 1) {
    pace.soon();
    await microtasks();
    expect(looks).toBe(i);
  }
});
