import fc from "fast-check";
import type { HeddleEvent } from "../../src/events/event.ts";
import { beginning, failed } from "./events.ts";

export interface Story {
  readonly events: HeddleEvent[];
  /** The state in which each call is at the end, as the view should count it. */
  readonly states: Map<number, string>;
  /** Run times of attempts that ended, by call. */
  readonly ran: Map<number, number>;
}

const taskCount = 3;

/** Any run whose events are in an order that a run can have. */
export const anyStory: fc.Arbitrary<Story> = fc
  .array(fc.tuple(fc.nat(9), fc.nat(1000), fc.nat(50)), { maxLength: 300 })
  .map(tell);

function tell(steps: readonly (readonly [number, number, number])[]): Story {
  const events = beginning("a", "b", "c");
  const states = new Map<number, string>();
  const ran = new Map<number, number>();
  let next = 1;
  let at = 0;
  for (const [kind, chance, ms] of steps) {
    at += ms;
    const of = (state: string) => [...states].filter(([, its]) => its === state).map(([call]) => call);
    const pick = (calls: number[]) => calls[chance % Math.max(1, calls.length)];
    const waiting = [...of("queued"), ...of("retrying")];
    const running = of("running");
    const one = pick(running);
    if (kind <= 1) {
      const count = 1 + (chance % 5);
      events.push({ type: "submitted", at, task: 1 + (chance % taskCount), first: next, count, parent: 0 });
      for (let i = 0; i < count; i++) states.set(next++, "queued");
    } else if (kind <= 3) {
      const calls = waiting.slice(0, 1 + (chance % 4));
      events.push({ type: "started", at, worker: 1 + (chance % 2), calls });
      for (const call of calls) states.set(call, "running");
    } else if (kind <= 5) {
      const calls = running.slice(0, 1 + (chance % 4));
      events.push({ type: "completed", at, worker: 1, calls, ms: calls.map(call => ms + call / 1000) });
      for (const call of calls) {
        states.set(call, "completed");
        ran.set(call, ms + call / 1000);
      }
    } else if (one !== undefined && kind === 6) {
      events.push(failed(at, one, `broken ${chance % 3}`, { ms }));
      states.set(one, "failed");
      if (ms > 0) ran.set(one, ms);
    } else if (one !== undefined && kind === 7) {
      const error = { name: "E", message: "again" };
      events.push({ type: "retrying", at, call: one, attempt: 1, delay: 5, state: "failed", error, worker: 1, ms });
      states.set(one, "retrying");
    } else if (one !== undefined && kind === 8) {
      if (chance % 3 === 0) {
        events.push({ type: "restarted", at, call: one, reason: "its worker died" });
        states.set(one, "queued");
      } else if (chance % 3 === 1) {
        events.push({ type: "progress", at, call: one, fraction: chance / 1000, note: "wörking\u001b[31m 漢字" });
      } else events.push({ type: "output", at, call: one, stream: "stdout", text: "line\n" });
    } else {
      const call = pick(waiting);
      if (call === undefined) continue;
      const state = chance % 2 === 0 ? "cancelled" : "upstreamFailed";
      events.push(failed(at, call, "not run", { state, worker: null, ms: 0 }));
      states.set(call, state);
    }
  }
  return { events, states, ran };
}
