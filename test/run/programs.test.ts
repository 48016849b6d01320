import fc from "fast-check";
import { type HeddleEvent, inline, type Runner, threads } from "heddle";
import { describe, expect, test } from "vitest";
import { type Body, elements, execute, type Made, type Outcome, resultOf } from "./conduct.ts";
import { type Program, program } from "./programs.ts";

const terminal = ["completed", "failed", "crashed", "timedOut", "cancelled", "upstreamFailed"];

/** What every run must hold to, whatever happened in it. */
function judge(outcome: Outcome): void {
  checkEvents(outcome.events);
  for (const body of outcome.bodies) for (const made of body.made) checkMade(made);
  for (const body of outcome.bodies) {
    const flow = body === outcome.root ? null : outcome.bodies.flatMap(one => one.made).find(one => one.body === body)!;
    if (flow !== null) checkFlow(body, flow.future.state, flow.future.error, () => flow.future.value);
  }
  const { root, result } = outcome;
  checkFlow(root, result.ok ? "completed" : "failed", result.ok ? undefined : result.error, () => {
    return result.ok ? result.value : undefined;
  });
}

function checkEvents(events: readonly HeddleEvent[]): void {
  const parents = new Map<number, number | null>();
  const attempts = new Map<number, number>();
  const ended = new Set<number>();
  const cancelled = new Set<number>();
  const end = (call: number) => {
    expect(parents.has(call), "only what was submitted ends").toBe(true);
    expect(ended.has(call), "nothing ends twice").toBe(false);
    const parent = parents.get(call)!;
    if (parent !== null) expect(ended.has(parent) && !cancelled.has(parent), "a flow ends after its calls").toBe(false);
    ended.add(call);
  };
  for (const event of events) {
    if (event.type === "submitted") {
      for (let i = 0; i < event.count; i++) {
        expect(parents.has(event.first + i)).toBe(false);
        parents.set(event.first + i, event.parent);
      }
    } else if (event.type === "started") {
      for (const call of event.calls) {
        expect(ended.has(call), "nothing starts after its end").toBe(false);
        attempts.set(call, (attempts.get(call) ?? 0) + 1);
      }
    } else if (event.type === "completed") {
      for (const call of event.calls) {
        expect(attempts.has(call)).toBe(true);
        end(call);
      }
    } else if (event.type === "retrying") expect(attempts.get(event.call)).toBe(event.attempt);
    else if (event.type === "failed") {
      if (event.state === "upstreamFailed") expect(attempts.has(event.call)).toBe(false);
      end(event.call);
      if (event.state === "cancelled") cancelled.add(event.call);
    }
  }
  expect(ended.size, "every call ends").toBe(parents.size);
  expect(events[0]!.type).toBe("runStarted");
  expect(events.at(-1)!.type).toBe("runEnded");
  // On a machine that is busy with other things, any direct call may keep this process for long.
  const warnings = events.filter(
    event => event.type === "warning" && !event.message.includes("kept this process busy"),
  );
  expect(warnings).toEqual([]);
}

const bad = (made: Made) => made.future.state !== "completed";

function checkMade(made: Made): void {
  const parts = made.kind === "list" ? elements.get(made)! : [];
  for (const part of parts) if (exists(made, part)) checkMade(part);
  const { state } = made.future;
  expect(terminal, made.label).toContain(state);
  if (state === "cancelled" && mayBeCancelled(made)) return;
  const failed = made.inputs.filter(input => (made.kind === "list" && !exists(made, input) ? false : bad(input)));
  if (failed.length > 0 && !made.tolerant) {
    expect(state, made.label).toBe(made.kind === "derived" || made.kind === "list" ? state : "upstreamFailed");
    expect(state).not.toBe("completed");
  } else if (made.label === "bad part") expect(state).toBe("failed");
  else if (made.spec !== null && made.spec.fails > made.spec.retries) {
    expect(state, made.label).toBe("failed");
    expect(made.future.error?.message).toMatch(/failed$/);
  } else if (made.kind !== "flow") {
    expect(state, made.label).toBe("completed");
    expect(resultOf(made), made.label).toEqual(made.expected());
  }
}

/** The elements of a list that was cancelled or whose source failed may never have come into being. */
function exists(list: Made, part: Made): boolean {
  return !elements.get(list)!.includes(part) || part.future !== undefined;
}

function mayBeCancelled(made: Made): boolean {
  if (made.cancelAsked || (made.kind === "derived" && made.inputs.some(mayBeCancelled))) return true;
  if (made.kind === "list" && elements.get(made)!.some(mayBeCancelled)) return true;
  for (let body = made.parent; body !== null; body = body.parent) if (mayStop(body)) return true;
  return false;
}

const flowOf = new WeakMap<Body, Made>();

/** Whether a flow may have ended its calls: it threw, or was itself cancelled. */
function mayStop(body: Body): boolean {
  const flow = flowOf.get(body);
  return (!body.finished && !body.program.goesOn) || flow?.cancelAsked === true || body.returned.some(bad);
}

function checkFlow(body: Body, state: string, error: Error | undefined, value: () => unknown): void {
  if (state === "cancelled" || state === "upstreamFailed") return;
  if (!body.finished) {
    expect(state).toBe("failed");
    expect(error?.message).toBe("the flow threw");
    return;
  }
  const failed = body.returned.filter(bad);
  if (failed.length > 0) {
    expect(failed.map(made => made.future.error)).toContain(error);
    return;
  }
  const certain = unseenFailures(body, false);
  if (certain.length > 0 || error !== undefined) {
    expect(error).toBeInstanceOf(AggregateError);
    const { errors } = error as AggregateError;
    expect(new Set(errors).size).toBe(errors.length);
    expect(errors).toEqual(expect.arrayContaining(certain));
    expect(unseenFailures(body, true)).toEqual(expect.arrayContaining(errors));
    return;
  }
  expect(error).toBeUndefined();
  expect(value()).toEqual({ parts: body.returned.map(resultOf) });
}

/**
 * The errors of calls that failed by themselves, and that nobody has looked at, nor at what depends on them. Whether
 * what was cancelled before it had begun still depends on its inputs is left open: `possible` says that it does not.
 */
function unseenFailures(body: Body, possible: boolean): Error[] {
  const seen = new Set<Made>();
  const see = (made: Made) => {
    if (seen.has(made)) return;
    seen.add(made);
    if (!possible || !mayBeCancelled(made)) made.inputs.forEach(see);
    else if (made.kind === "list") elements.get(made)!.forEach(see);
  };
  for (const made of body.made) if (made.observed) see(made);
  const calls = body.made.flatMap(made => (made.kind === "list" ? elements.get(made)! : [made]));
  const roots = calls.filter(made => (made.kind === "call" || made.kind === "flow") && made.future?.state === "failed");
  return roots.filter(made => !seen.has(made)).map(made => made.future.error!);
}

async function holds(program: Program, runner: Runner): Promise<void> {
  const outcome = await execute(program, runner);
  for (const body of outcome.bodies) for (const made of body.made) if (made.body !== null) flowOf.set(made.body, made);
  judge(outcome);
}

describe("random programs end as a plain evaluation says", () => {
  test("inline", async () => {
    const concurrency = fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY);
    const property = fc.asyncProperty(program, concurrency, (one, at) => holds(one, inline({ concurrency: at })));
    await fc.assert(property, { numRuns: Number(process.env["RUNS"] ?? 1000) });
  });

  test("on threads", async () => {
    await fc.assert(
      fc.asyncProperty(program, one => holds(one, threads({ workers: 2 }))),
      { numRuns: 30 },
    );
  });
});
