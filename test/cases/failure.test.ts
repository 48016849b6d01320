import { allowFailure, unmapped } from "heddle";
import { describe, expect } from "vitest";
import {
  circular,
  coded,
  fails,
  givesFunction,
  held,
  makesLater,
  same,
  says,
  throwsNothing,
  withParts,
} from "../fixtures/cases/tasks.mjs";
import { abroad, becomes, everywhere, on, pools, throughout } from "./places.ts";

type Failed = Error & Record<string, unknown>;

describe("failure", () => {
  on(throughout, "a failure that nobody looked at fails the flow, naming the call", async ({ run }) => {
    const failed = (await run(() => {
      fails.submit("first");
      says.map(["nowhere"], ["bad"]);
      return "bar";
    }).catch(error => error)) as AggregateError;
    expect(failed).toBeInstanceOf(AggregateError);
    expect(failed.message).toMatch(/fails-\d+ \(first\)/);
    expect(failed.message).toMatch(/says-\d+/);
    expect(failed.errors).toHaveLength(2);
  });

  on(everywhere, "a failure counts as seen however one looked", async ({ run }) => {
    const seen = await run(async () => {
      fails.submit("1").catch(() => {});
      void fails.submit("2").settled();
      void fails.submit("3").wait();
      fails
        .submit("4")
        .result()
        .catch(() => {});
      const list = fails.map(["5", "6"]);
      void list.settled();
      allowFailure([fails.submit("7")]);
      void same.submit(fails.submit("8")).wait();
      return "seen";
    });
    expect(seen).toBe("seen");
  });

  on(throughout, "what depends on a failed call does not run, and names the root", async ({ run }) => {
    const found = await run(async () => {
      const root = fails.submit("the root");
      const one = same.submit([root]);
      const two = same.submit({ deep: one });
      const states = await Promise.all([root.wait(), one.wait(), two.wait()]);
      return { states, errors: [root.error, one.error, two.error] as Failed[], ids: [root.id, two.id] };
    });
    expect(found.states).toEqual(["failed", "upstreamFailed", "upstreamFailed"]);
    const [root, one, two] = found.errors;
    expect(one).toMatchObject({ code: "UPSTREAM", cause: root });
    expect(two).toMatchObject({ name: "UpstreamError", root });
    expect(two?.message).toContain(`${found.ids[1]} did not run, because ${found.ids[0]} failed: the root`);
  });

  on(everywhere, "allowFailure gives the outcome, and keeps the shape", async ({ run }) => {
    const one = await run(() => same.submit(allowFailure(fails.submit("x"))));
    const three = await run(() => same.submit(allowFailure([fails.submit("y"), 1, same.submit(2)])));
    expect(one).toMatchObject({ ok: false, error: { message: "x" } });
    expect(three).toMatchObject([{ ok: false, error: { message: "y" } }, 1, { ok: true, value: 2 }]);
  });

  on(
    everywhere,
    "a list rejects at its first failure, and the flow may go on",
    async ({ run, runner, at, channel }) => {
      const value = await run(
        async () => {
          const list = held.map(unmapped(at), ["slow", "bad", "third", "fourth"], [1, 2, 3, 4]);
          channel.pass("bad");
          await expect(Promise.resolve(list)).rejects.toThrow("bad failed");
          await becomes(list.at(0), "running");
          channel.pass("slow", "third", "fourth");
          return list.at(3);
        },
        { runner: runner(2) },
      );
      expect(value).toBe(4);
      expect([...channel.heard].sort()).toEqual(["bad", "fourth", "slow", "third"]);
    },
  );

  on(throughout, "stop: nothing new starts after the flow has thrown", async ({ run, runner, at, channel }) => {
    const states: string[] = [];
    let throws = () => {};
    // Only then may calls end: one that ends at once is never seen running from afar.
    const thrown = new Promise<void>(resolve => {
      throws = resolve;
    });
    const running = run(
      async () => {
        const list = held.map(
          unmapped(at),
          Array.from({ length: 6 }, (_, i) => `p${i}`),
        );
        const more = held.map(
          unmapped(at),
          Array.from({ length: 6 }, (_, i) => `q${i}`),
        );
        for (const one of [...list, ...more]) one.onDone(future => states.push(future.state));
        await Promise.all([0, 1].map(i => becomes(list.at(i), "running")));
        throws();
        throw new Error("stop here");
      },
      { runner: runner(2) },
    );
    await Promise.all([channel.nth(0), channel.nth(1), thrown]);
    await new Promise(setImmediate);
    const begun = [...channel.heard];
    channel.pass(...begun);
    await expect(running).rejects.toThrow("stop here");
    expect(channel.heard).toEqual(begun);
    expect(begun).toHaveLength(2);
    expect(states.filter(state => state === "cancelled")).toHaveLength(10);
  });

  on(everywhere, "continue: all that can run, runs", async ({ run, runner, at, channel }) => {
    const running = run(
      async () => {
        const list = held.map(
          unmapped(at),
          Array.from({ length: 6 }, (_, i) => `p${i}`),
        );
        same.map(list);
        held.map(
          unmapped(at),
          Array.from({ length: 6 }, (_, i) => `q${i}`),
        );
        await Promise.all([channel.nth(0), channel.nth(1)]);
        throw new Error("go on");
      },
      { runner: runner(2), onError: "continue" },
    );
    for (let i = 0; i < 12; i++) channel.pass(await channel.nth(i));
    await expect(running).rejects.toThrow("go on");
    expect(channel.heard).toHaveLength(12);
  });

  on(everywhere, "a caught failure with a fallback: the flow completes", async ({ run, at }) => {
    const value = await run(async () => {
      const rest = says.map(unmapped(at), ["a", "b", "c", "d", "e"]);
      const first = await says.submit(at, "bad").catch(() => says.submit(at, "fallback", 7));
      await rest;
      return first;
    });
    expect(value).toBe(7);
  });

  on(everywhere, "an unseen failure fails the flow at its end, all else done", async ({ run, at, channel }) => {
    const running = run(() => {
      says.submit(at, "bad");
      return says.map(unmapped(at), ["a", "b", "c", "d", "e", "f"]);
    });
    await expect(running).rejects.toMatchObject({ code: "UNOBSERVED" });
    expect([...channel.heard].sort()).toEqual(["a", "b", "bad", "c", "d", "e", "f"]);
  });
});

describe("errors across borders", () => {
  on(throughout, "name, message, code, cause, own properties, and a stack at the user's line", async ({ run }) => {
    const error = (await run(() => coded.submit("lost").catch(caught => caught))) as unknown as Failed;
    expect(error).toMatchObject({ name: "CodedError", message: "lost", code: "E_CODED", details: { tries: [1, 2] } });
    expect((error.cause as Failed).message).toBe("the cause");
    expect(error.stack).toContain("tasks.mjs:");
    expect(error).toBeInstanceOf(Error);
  });

  on(throughout, "circular errors, and members of an AggregateError", async ({ run }) => {
    const error = (await run(() => circular.submit().catch(caught => caught))) as unknown as AggregateError & Failed;
    expect(error.name).toBe("AggregateError");
    expect(error.errors.map((each: Error) => each.message)).toEqual(["one", "two"]);
    expect(error["self"]).toBe(error);
  });

  on(abroad, "what cannot cross is named, and the message is kept", async ({ run }) => {
    const error = (await run(() => withParts.submit().catch(caught => caught))) as unknown as Failed;
    expect(error.message).toContain("still here");
    expect(error["plain"]).toBe(1);
    expect(JSON.stringify(error) + error.message + error.stack).toMatch(/handler|function/);
  });

  on(everywhere, "throwing what is no error", async ({ run }) => {
    const error = (await run(() => throwsNothing.submit().catch(caught => caught))) as unknown as Failed;
    expect(error).toMatchObject({ code: "THROWN_VALUE", cause: { odd: 1 } });
    expect(error.message).toContain("throwsNothing");
  });

  on(abroad, "results and inputs that cannot cross fail their call, by the path", async ({ run }) => {
    const found = (await run(async () => {
      const result = await givesFunction.submit().settled();
      const input = await same.submit({ deep: [{ fn: () => 1 }] }).settled();
      return [result, input, await same.submit(1)];
    })) as unknown as [{ error: Failed }, { error: Failed }, number];
    expect(found[0].error).toMatchObject({ code: "UNCLONEABLE" });
    expect(found[0].error.message).toMatch(/a\.b\[2\]/);
    expect(found[1].error.message).toMatch(/deep\[0\]\.fn/);
    expect(found[2]).toBe(1);
  });

  on(pools, "an error from a timer that a task left behind harms no other call", async ({ run }) => {
    const found = await run(async () => {
      await makesLater.submit();
      return Promise.all(Array.from({ length: 20 }, (_, i) => same.submit(i).settled()));
    });
    expect(found.map(outcome => outcome.ok && outcome.value)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});
