/** Where calls run whose code is sent. */
import { afterEach, expect, test, vi } from "vitest";
import { admitSentCalls } from "../../src/background/admission.ts";
import type { JobFacts } from "../../src/background/queue.ts";
import { SECRET_VARIABLE } from "../../src/background/secret.ts";
import { type OpenFrame, SentCode } from "../../src/background/sent-code.ts";
import type { FlowScope } from "../../src/run/scope.ts";

afterEach(() => vi.unstubAllEnvs());

test("a frame that cannot be opened fails the calls that wait for it, and nothing else", async () => {
  let fail = true;
  let closed = 0;
  const frame: OpenFrame = {
    scope: {} as FlowScope,
    close: async () => void closed++,
    interrupt: () => {},
  };
  const open = async () => {
    if (fail) throw new Error("no room");
    return frame;
  };
  const sent = new SentCode(open, 0);
  const calls = [1, 2].map(() => sent.within("run", async () => 1));
  sent.interrupt();
  const closing = sent.close();
  for (const call of calls) await expect(call).rejects.toThrow("no room");
  await closing;
  fail = false;
  expect(await sent.within("run", async () => 2)).toBe(2);
  // It ends by itself, as nothing else came.
  await expect.poll(() => closed).toBe(1);
  await sent.within("run", async () => {});
  await sent.close();
  expect(closed).toBe(2);
});

test("without a secret no call is taken that brings code", () => {
  vi.stubEnv(SECRET_VARIABLE, undefined);
  const facts = { id: "j1", name: "shout", task: "p/tasks.mjs#shout", options: {} } as unknown as JobFacts;
  expect(() => admitSentCalls(facts, new Uint8Array(), 1_000)).toThrow("code run here that is not signed");
});
