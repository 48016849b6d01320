/** Calls as jobs of a real Slurm. */
import { afterAll, describe, expect, test } from "vitest";
import { pi } from "../../examples/slurm/pi.ts";
import { channel, folder, said, sh, watched } from "../commands/rig.ts";
import * as tasks from "../fixtures/commands/tasks.mjs";
import { until } from "./debian.ts";
import { type Slurm, startSlurm } from "./slurm.ts";

const started = await startSlurm();
const reason = typeof started === "string" ? started : null;
const slurm: Slurm = typeof started === "string" ? { env: {}, jobs: async () => [], stop: async () => {} } : started;
const { env } = slurm;
afterAll(() => slurm.stop());

const noJobs = () => until(async () => (await slurm.jobs()).length === 0);

describe.skipIf(reason !== null)(`slurm${reason === null ? "" : ` (${reason})`}`, () => {
  describe.each([
    ["call", "srun"],
    ["worker", "srun"],
    ["worker", "srun --unbuffered"],
  ] as const)("per %s by %s", (per, srun) => {
    const prefix = { gpu: { command: `${srun} --ntasks=1 --cpus-per-task={gpu}`, per, env, queues: true } };

    test("calls run there, and results and files come back", async () => {
      const { result } = watched(
        async () => {
          const dir = await tasks.fills.submit("woven by srun");
          const seen = await tasks.where.submit(["SLURM_JOB_ID", "SLURM_CPUS_PER_TASK"]);
          return { seen, text: await tasks.reads.submit(dir), numbers: await tasks.double.map([1, 2, 3]) };
        },
        { prefix },
        { root: folder() },
      );
      expect(await result).toMatchObject({
        seen: { env: { SLURM_JOB_ID: expect.stringMatching(/^\d+$/), SLURM_CPUS_PER_TASK: "2" } },
        text: "woven by srun",
        numbers: [2, 4, 6],
      });
      expect(await noJobs()).toBe(true);
    });

    test("a time-out ends the job of a busy call", async () => {
      const line = await channel();
      const body = () => tasks.busy.with({ timeout: "2s" }).submit(line.address).wait();
      expect(await watched(body, { prefix }, { root: folder() }).result).toBe("timedOut");
      expect(await noJobs()).toBe(true);
    });

    test("an interruption leaves no job", async () => {
      const line = await channel();
      const { result, interrupt } = watched(() => tasks.busy.submit(line.address), { prefix }, { root: folder() });
      await line.reached("busy");
      expect(await slurm.jobs()).toHaveLength(1);
      interrupt();
      await expect(result).rejects.toMatchObject({ code: "INTERRUPTED" });
      expect(await noJobs()).toBe(true);
    });
  });

  describe("sbatch --wait", () => {
    const sbatch = "sbatch --wait --cpus-per-task={gpu} --output={dir}/slurm.log";
    const prefix = { gpu: { command: `${sbatch} {script}`, cancel: "scancel {job}", env } };

    test("calls run there, and results, files and the job's own output come back", async () => {
      const { result, witness } = watched(
        async () => {
          const dir = await tasks.fills.submit("woven by sbatch");
          return { text: await tasks.reads.submit(dir), number: await tasks.double.submit(4) };
        },
        { prefix },
        { root: folder() },
      );
      expect(await result).toEqual({ text: "woven by sbatch", number: 8 });
      expect(said(witness)).toMatch(/Submitted batch job \d+/);
    });

    test("with a script of one's own, whose output is kept apart", async () => {
      const own = sh('echo "in the job"; exec "$@"', "job.sh");
      const { result, witness } = watched(
        () => tasks.where.submit(["SLURM_JOB_ID"]),
        { prefix: { gpu: { command: `${sbatch} ${own}`, cancel: "scancel {job}", env } } },
        { root: folder() },
      );
      expect(await result).toMatchObject({ env: { SLURM_JOB_ID: expect.stringMatching(/^\d+$/) } });
      expect(said(witness)).toContain("slurm.log:\nin the job\n");
    });

    test("a busy call is cancelled by scancel: its job is gone", async () => {
      const line = await channel();
      const { result, witness } = watched(
        async () => {
          const future = tasks.busy.submit(line.address);
          await line.reached("busy");
          expect(await slurm.jobs()).toHaveLength(1);
          future.cancel();
          return future.wait();
        },
        { prefix },
        { root: folder() },
      );
      expect(await result).toBe("cancelled");
      expect(witness.of("warning")).toEqual([]);
      expect(await noJobs()).toBe(true);
    });

    test("a time-out ends the job", async () => {
      const line = await channel();
      const body = () => tasks.busy.with({ timeout: "2s" }).submit(line.address).wait();
      expect(await watched(body, { prefix }, { root: folder() }).result).toBe("timedOut");
      expect(await noJobs()).toBe(true);
    });

    test("the example", async () => {
      const cpus = {
        command: "sbatch --wait --cpus-per-task={cpus} --output={dir}/slurm.log {script}",
        cancel: "scancel {job}",
        env,
      };
      const { result } = watched(() => pi({ jobs: 2, count: 100_000 }), { prefix: { cpus } }, { root: folder() });
      expect(await result).toBeCloseTo(Math.PI, 1);
    });

    test("what Slurm refuses is said in the error", async () => {
      const refused = { gpu: { command: "sbatch --wait --partition=none --output={dir}/slurm.log {script}", env } };
      const body = () => tasks.double.submit(1).settled();
      const { error } = (await watched(body, { prefix: refused }, { root: folder() }).result) as { error: Error };
      expect(error).toMatchObject({ code: "COMMAND_FAILED" });
      expect(error.message).toMatch(/invalid partition/i);
    });
  });
});
