import { afterEach, expect, test } from "vitest";
import type { HeddleEvent } from "../../src/events/event.ts";
import { inline } from "../../src/runners/inline.ts";
import { context } from "../../src/task/context.ts";
import type { Attempt, Host, Runner, RunnerSession, TaskAddress } from "../../src/task/runner.ts";

class InlineHost implements Host {
  readonly runId = "run-1";
  readonly root = "/";
  readonly dirs = "";
  readonly events: HeddleEvent[] = [];
  readonly attempts: Attempt[] = [];
  readonly startedIds: number[] = [];
  readonly releasedIds: number[] = [];
  readonly batches: number[] = [];
  slotCount = 0;
  readonly session: RunnerSession;
  #resolve = () => {};

  constructor(runner: Runner) {
    this.session = runner.open(this);
  }

  directory(): void {}
  nest(): never {
    throw new Error("nothing is called here");
  }
  waits(): void {}
  resumes(): void {}
  ask(): void {}

  run(fns: ((...inputs: never[]) => unknown)[], name = "t"): void {
    this.session.dispatch(
      fns.map((fn, i) => {
        const task: TaskAddress = { identity: `p#${name}`, name, module: null, where: "here:1", inside: null, fn };
        return {
          id: this.#ids + i,
          attempt: 2,
          task,
          timeout: 0,
          dir: null,
          isRead: false,
          plain: null,
          inputs: () => [i],
          pack: () => {},
        };
      }),
    );
    this.#ids += fns.length;
  }
  #ids = 0;

  async all(count: number): Promise<Attempt[]> {
    while (this.attempts.length < count) {
      await new Promise<void>(resolve => {
        this.#resolve = resolve;
      });
    }
    return this.attempts;
  }

  started(_: number, ids: readonly number[]): void {
    this.startedIds.push(...ids);
  }
  done(attempts: readonly Attempt[]): void {
    this.batches.push(attempts.length);
    this.attempts.push(...attempts);
    this.#resolve();
  }
  lost(): void {
    throw new Error("inline calls are never lost");
  }
  released(ids: readonly number[]): void {
    this.releasedIds.push(...ids);
  }
  slots(count: number): void {
    this.slotCount = count;
  }
  worker(): number {
    return 4;
  }
  tell(event: HeddleEvent): void {
    this.events.push(event);
  }
  broken(error: Error): void {
    throw error;
  }
}

let host: InlineHost;
afterEach(() => host.session.close());

test("sync and async functions and thenables, values as they are", async () => {
  host = new InlineHost(inline());
  const value = { same: true };
  host.run([() => value, async () => value, () => ({ then: (give: (v: unknown) => void) => give(value) })]);
  const attempts = await host.all(3);
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({ state: "completed", worker: 4 });
    expect(attempt.value).toBe(value);
  }
  expect(host.startedIds).toEqual([0, 1, 2]);
  expect(host.slotCount).toBeGreaterThan(2);
});

test("failures, and what they threw", async () => {
  host = new InlineHost(inline());
  const error = new TypeError("no");
  host.run([
    () => {
      throw error;
    },
    () => Promise.reject(error),
    () => {
      throw "text";
    },
  ]);
  const attempts = await host.all(3);
  expect(attempts.map(({ state }) => state)).toEqual(["failed", "failed", "failed"]);
  expect(attempts.filter(attempt => attempt.error === error)).toHaveLength(2);
  expect(attempts.find(attempt => attempt.error !== error)?.error).toMatchObject({ name: "ThrownValueError" });
});

test("no more at once than its concurrency", async () => {
  host = new InlineHost(inline({ concurrency: 2 }));
  let now = 0;
  let most = 0;
  const fn = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(resolve => setImmediate(resolve));
    now -= 1;
  };
  host.run(Array.from({ length: 10 }, () => fn));
  await host.all(10);
  expect([most, host.slotCount]).toEqual([2, 2]);
});

test("the context of a call, its output, its log", async () => {
  host = new InlineHost(inline());
  host.run([
    () => {
      const { id, attempt, runId, task, log } = context();
      process.stdout.write(`I am ${id}\n`);
      log.warn("mind", { gap: 1 });
      return [id, attempt, runId, task];
    },
  ]);
  const [attempt] = await host.all(1);
  expect(attempt?.value).toEqual(["t-0", 2, "run-1", "t"]);
  expect(host.events).toMatchObject([
    { type: "output", call: 0, stream: "stdout", text: "I am t-0\n" },
    { type: "log", call: 0, level: "warn", message: "mind", data: { gap: 1 } },
  ]);
});

test("cancel: the signal is aborted, the slot is free at once, the end is not told", async () => {
  host = new InlineHost(inline());
  let reason: unknown;
  let obeyed = () => {};
  const over = new Promise<void>(resolve => {
    obeyed = resolve;
  });
  host.run([
    () =>
      new Promise((_, reject) => {
        const { signal } = context();
        signal.addEventListener("abort", () => {
          reason = signal.reason;
          obeyed();
          reject(signal.reason);
        });
      }),
    () => "other",
  ]);
  await host.all(1);
  host.session.cancel([0], "enough");
  expect(host.releasedIds).toEqual([0]);
  await over;
  await new Promise(resolve => setImmediate(resolve));
  expect(reason).toMatchObject({ name: "CancelledError" });
  expect(host.attempts.map(({ id }) => id)).toEqual([1]);
});

test("a call cancelled before it began never begins", async () => {
  host = new InlineHost(inline({ concurrency: 1 }));
  let ran = false;
  host.run([() => "first", () => (ran = true)]);
  host.session.cancel([1], "not wanted");
  await host.all(1);
  expect([ran, host.releasedIds]).toEqual([false, [1]]);
});

test("the event loop gets its turn among many calls", async () => {
  host = new InlineHost(inline());
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 0);
  const spin = () => {
    const end = performance.now() + 1;
    while (performance.now() < end);
  };
  host.run(Array.from({ length: 60 }, () => spin));
  await host.all(60);
  clearInterval(turning);
  expect(turns).toBeGreaterThan(1);
});

test("short calls are told of in batches", async () => {
  host = new InlineHost(inline());
  host.run(Array.from({ length: 10_000 }, () => () => 1));
  await host.all(10_000);
  expect(host.batches.length).toBeLessThan(2_000);
});

test("a call that blocks this thread is warned of, once a task", async () => {
  host = new InlineHost(inline({ warnBlocking: true }));
  const block = () => {
    const end = performance.now() + 110;
    while (performance.now() < end);
  };
  host.run([block], "slow");
  host.run([() => 1], "quick");
  await host.all(2);
  const warnings = host.events.filter(({ type }) => type === "warning");
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({
    call: 0,
    name: "heddle",
    message: expect.stringContaining("Use slow.submit(…)"),
  });
});
