import { expect, test } from "vitest";
import { Untaken } from "../../src/background/redis/untaken.ts";
import type { Host, TaskAddress } from "../../src/task/runner.ts";

const address = (name: string) => ({ identity: `#${name}`, name, module: null }) as unknown as TaskAddress;

test("that no worker takes the calls of a task is said once, and not of those that are taken", () => {
  const said: string[] = [];
  const host = { tell: ({ message }: { message: string }) => said.push(message) } as unknown as Host;
  const untaken = new Untaken(host, "redis://here");
  const [make, mark] = [address("make"), address("mark")];
  untaken.taken(mark);
  untaken.waits(make, 9_999);
  untaken.waits(mark, 60_000);
  expect(said).toEqual([]);
  untaken.waits(make, 10_000);
  untaken.waits(make, 60_000);
  expect(said).toEqual([expect.stringMatching(/calls of make for 10 s.*redis:\/\/here.*heddle worker.*HEDDLE_SECRET/)]);
});
