import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { allowFailure, defineRunner, FlowEndedError, flow, NoFlowError, run } from "heddle";
import { describe, expect, test } from "vitest";
import { add, fails, held, same, says, submitsInside } from "../fixtures/cases/tasks.mjs";
import { calling, everywhere, on, throughout } from "./places.ts";

const sumTo = flow("sumTo", async (n: number): Promise<number> => (n === 0 ? 0 : add(n, await sumTo(n - 1))));
const level = flow("level", async (n: number): Promise<number> => {
  if (n === 0) return 0;
  const below = await level.submit(n - 1);
  return add.submit(below, 1) as unknown as number;
});
const deep = flow("deep", async (n: number): Promise<number> => (n === 0 ? 0 : 1 + (await deep(n - 1))));
const nested = flow("nested", (n: number): unknown => (n === 0 ? "bottom" : nested(n - 1)));
const failing = flow("failing", async (message: string) => {
  await add.submit(1, 1);
  throw new RangeError(message);
});
const careless = flow("careless", () => {
  fails.submit("nobody looked");
  return "fine";
});

describe("flows", () => {
  on(everywhere, "flows call flows, and their values flow on", async ({ run }) => {
    const found = await run(async () => ({
      sum: await sumTo(10),
      later: add.submit(sumTo.submit(3), sumTo(4)),
      each: sumTo.map([1, 2, 3]),
    }));
    expect(found).toEqual({ sum: 55, later: 16, each: [1, 3, 6] });
  });

  on(everywhere, "recursion 33 deep, each level awaiting the next, on two workers", async ({ run }) => {
    expect(await run(() => level.submit(33))).toBe(33);
  });

  on(["inline"], "flows recurse 10,000 deep", async () => {
    expect(await deep(10_000)).toBe(10_000);
    expect(await nested(10_000)).toBe("bottom");
  });

  on(everywhere, "a flow that throws fails as a call does", async ({ run }) => {
    const found = await run(async () => {
      const future = failing.submit("on purpose");
      const dependant = same.submit(future);
      const caught = await future.catch(error => error as Error);
      return { caught, state: await dependant.wait(), taken: allowFailure(failing("again")) };
    });
    expect(found.caught).toMatchObject({ name: "RangeError", message: "on purpose" });
    expect(found.state).toBe("upstreamFailed");
    expect(found.taken).toMatchObject({ ok: false, error: { message: "again" } });
  });

  on(everywhere, "an error of an inner flow that nobody catches is that of the outer one", async ({ run }) => {
    await expect(run(async () => (await failing("deep down")) ?? 1)).rejects.toMatchObject({ message: "deep down" });
  });

  on(everywhere, "an inner flow fails for what it did not look at", async ({ run }) => {
    const outcome = await run(() => careless.submit().settled());
    expect(outcome).toMatchObject({ ok: false, error: { code: "UNOBSERVED" } });
    expect((outcome as unknown as { error: Error }).error.message).toMatch(/"careless".*fails-\d+ \(nobody looked\)/);
  });

  on(throughout, "a flow ends only when all that it started has ended", async ({ run, at, channel }) => {
    let ended = false;
    const running = run(() => {
      held.submit(at, "left behind");
      return "returned";
    }).then(value => {
      ended = true;
      return value;
    });
    await channel.reached("left behind");
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    channel.pass("left behind");
    expect(await running).toBe("returned");
  });

  on(everywhere, "a submit after the flow has ended is an error", async ({ run }) => {
    let late: (() => unknown) | undefined;
    let later: Promise<unknown> | undefined;
    let go = () => {};
    const over = new Promise<void>(resolve => {
      go = resolve;
    });
    await run(() => {
      later = over.then(() => late?.());
      return add.submit(1, 1);
    });
    late = () => add.submit(1, 2);
    go();
    await expect(later).rejects.toBeInstanceOf(FlowEndedError);
    await expect(later).rejects.toThrow(/add\.submit\(…\).*"run"/);
  });

  on(["inline"], "submit and map outside a flow", async () => {
    expect(() => add.submit(1, 2)).toThrow(NoFlowError);
    expect(() => add.map([1], [2])).toThrow(NoFlowError);
    expect(() => sumTo.submit(1)).toThrow(/sumTo\.submit\(…\) was called outside a flow/);
    expect(await sumTo(3)).toBe(6);
  });

  on(calling, "a future that a task returns becomes its value", async ({ run }) => {
    expect(await run(() => submitsInside.submit())).toBe(3);
  });

  test("a runner that does not pass on what calls ask says so", async () => {
    const deaf = defineRunner({
      name: "deaf",
      workers: 1,
      run: async bytes => {
        const far = new Worker(new URL("../fixtures/cases/deaf-side.mjs", import.meta.url));
        far.postMessage(bytes);
        const [answer] = (await once(far, "message")) as [Uint8Array];
        await far.terminate();
        return answer;
      },
    });
    const outcome = await run({ runner: deaf }, () => submitsInside.submit().settled());
    const { error } = outcome as unknown as { error: Error };
    expect(error.name).toBe("SubmitInsideTaskError");
    expect(error.message).toMatch(/submitsInside-\d+ cannot call tasks where it runs.*answer/s);
  });

  on(throughout, "runs side by side do not meet", async ({ run, at, channel }) => {
    const one = run(() => held.submit(at, "one", 1));
    const two = run(() => held.submit(at, "two", 2));
    await Promise.all([channel.reached("one"), channel.reached("two")]);
    channel.pass("two");
    expect(await two).toBe(2);
    channel.pass("one");
    expect(await one).toBe(1);
  });

  on(["inline"], "a flow inside a run joins it", async () => {
    const inner = flow("joins", () => says.fn);
    expect(typeof (await run(async () => (await inner()) as unknown))).toBe("function");
  });
});
