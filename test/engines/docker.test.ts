/** Calls in containers of a real Docker daemon. */
import { hostname } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { formulas } from "../../examples/docker/formulas.ts";
import { both, channel, folder, watched } from "../commands/rig.ts";
import * as tasks from "../fixtures/commands/tasks.mjs";
import { until } from "./debian.ts";
import { startDocker } from "./docker.ts";

const docker = await startDocker();
const reason = typeof docker === "string" ? docker : null;
const { run, containers, stop } = typeof docker === "string" ? absent() : docker;
afterAll(() => stop());

function absent(): Exclude<typeof docker, string> {
  return { run: () => [], containers: async () => [], stop: async () => {} };
}

describe.skipIf(reason !== null)(`docker${reason === null ? "" : ` (${reason})`}`, () => {
  describe.each(both)("per %s", per => {
    const options = (more: string[] = []) => ({ prefix: { gpu: { command: run(...more), per, node: "node" } } });

    test("calls run there, and results and files come back", async () => {
      const root = folder();
      const { result } = watched(
        async () => {
          const dir = await tasks.fills.submit("woven in a container");
          const seen = await tasks.where.submit(["HOSTNAME", "SHADE"]);
          return { seen, text: await tasks.reads.submit(dir), numbers: await tasks.double.map([1, 2, 3]) };
        },
        options(["-e", "SHADE=red"]),
        { root },
      );
      const found = (await result) as { seen: { env: { HOSTNAME: string } } };
      expect(found.seen.env.HOSTNAME).toMatch(/^[0-9a-f]{12}$/);
      expect(found.seen.env.HOSTNAME).not.toBe(hostname());
      expect(found).toMatchObject({
        seen: { env: { SHADE: "red" } },
        text: "woven in a container",
        numbers: [2, 4, 6],
      });
    });

    test("a time-out ends the container of a busy call", async () => {
      const line = await channel();
      const prefix = { gpu: { ...options().prefix.gpu, queues: true } };
      const body = () => tasks.busy.with({ timeout: "2s" }).submit(line.address).wait();
      const { result } = watched(body, { prefix }, { root: folder() });
      expect(await result).toBe("timedOut");
      expect(await until(async () => (await containers()).length === 0)).toBe(true);
    });

    test("an interruption leaves no container", async () => {
      const line = await channel();
      const { result, interrupt } = watched(() => tasks.busy.submit(line.address), options(), { root: folder() });
      await line.reached("busy");
      expect(await containers()).toHaveLength(1);
      interrupt();
      await expect(result).rejects.toMatchObject({ code: "INTERRUPTED" });
      expect(await until(async () => (await containers()).length === 0)).toBe(true);
    });
  });

  test("the example", async () => {
    const prefix = { sandbox: { command: run(), per: "worker" as const, workers: 1, node: "node" } };
    const { result } = watched(() => formulas(["6 * 7", "process.exit(1)", "2 ** 10"]), { prefix }, { root: folder() });
    const lines = (await result) as string[];
    expect([lines[0], lines[2]]).toEqual(["6 * 7 = 42", "2 ** 10 = 1024"]);
    expect(lines[1]).toMatch(/died: exit code 1, of the command docker/);
  });

  test("an image without Node: what Docker says is in the error", async () => {
    const prefix = { gpu: { command: run(), node: "/no/such/node" } };
    const { result } = watched(() => tasks.double.submit(1).settled(), { prefix }, { root: folder() });
    const { error } = (await result) as { error: Error };
    expect(error).toMatchObject({ code: "COMMAND_FAILED" });
    expect(error.message).toMatch(/exit code 127/);
    expect(error.message).toContain("/no/such/node");
  });
});
