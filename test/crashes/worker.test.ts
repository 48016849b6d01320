/** Crash safety, the upper rows of its table: what a call or its worker does, and what becomes of the call and others. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "heddle";
import { expect, test } from "vitest";
import { smallDisk, whyNoDisk } from "../cases/disk.ts";
import { folder, gone, linesOf, watched } from "../commands/rig.ts";
import { runnersWith } from "../fixtures/crashes/runners.mjs";
import { hangs, pid, same, spinsFor, victim } from "../fixtures/crashes/tasks.mjs";
import { cellOf, ends, type Place, places, type WorkerFault, workerFaults } from "./cells.ts";
import { endsProgram } from "./program.ts";

type Check = (place: Place) => Promise<void>;

const keepsWorkers = (place: Place) => place !== "command per call" && place !== "your own";

const crashes =
  (fault: WorkerFault, cause: Readonly<Partial<Record<Place, RegExp>>> & { readonly others: RegExp }): Check =>
  async place => {
    const runner = runnersWith({ little: fault === "is out of memory" })[place];
    const { result, witness } = watched(
      async () => {
        const before = same.submit(1);
        const culprit = victim.submit(fault);
        const after = same.submit(2);
        return { before, outcome: await culprit.settled(), state: culprit.state, after };
      },
      { runner },
    );
    expect(await result).toMatchObject({
      before: 1,
      outcome: { ok: false, error: { code: "CRASHED", message: expect.stringMatching(cause[place] ?? cause.others) } },
      state: "crashed",
      after: 2,
    });
    if (keepsWorkers(place))
      expect(witness.of("workerEnded")).toContainEqual(expect.objectContaining({ reason: "crashed" }));
    expect(witness.of("completed").flatMap(({ calls }) => [...calls])).toHaveLength(3);
  };

const checks: Record<WorkerFault, Check> = {
  "calls process.exit": crashes("calls process.exit", { others: /victim-\d+ died: .*exit code 3/ }),
  "throws where nobody catches": crashes("throws where nobody catches", {
    "your own": /exit code 1/,
    others: /victim-\d+ died: nobody caught Error: from a timer/,
  }),
  "is killed by a signal": crashes("is killed by a signal", { others: /victim-\d+ died: .*signal SIGKILL/ }),
  "crashes in native code": crashes("crashes in native code", { others: /victim-\d+ died: .*signal SIGSEGV/ }),
  "is out of memory": crashes("is out of memory", {
    "your own": /signal SIGABRT/,
    others: /victim-\d+ died: it ran out of memory/,
  }),
  "closes the pipe to heddle": crashes("closes the pipe to heddle", {
    threads: /exit code 1/,
    "your own": /exit code 1/,
    "command per call": /signal SIGKILL.*Its folder is gone/s,
    others: /something in it closed its channel to heddle/,
  }),

  async "hangs, with a timeout"(place) {
    const runner = runnersWith()[place];
    if (place === "inline") {
      const began = performance.now();
      expect(await run({ runner }, () => spinsFor.with({ timeout: 50 }).submit(200).wait())).toBe("timedOut");
      expect(performance.now() - began).toBeGreaterThan(190);
      return;
    }
    const pids = join(folder(), "pids");
    // Also what the worker has started, where it is in a process group.
    const withChild = place.startsWith("command");
    const found = await run({ runner }, async () => {
      const warm = await same.submit(1);
      const state = await hangs.with({ timeout: "1s" }).submit(pids, withChild).wait();
      return { warm, state, after: same.submit(2) };
    });
    expect(found).toEqual({ warm: 1, state: "timedOut", after: 2 });
    // On a machine that is very busy the time may be over before it has told.
    if (place !== "threads" && existsSync(pids)) await gone(...(await linesOf(pids)));
  },

  async "writes to a full disk"(place) {
    const disk = smallDisk(64 << 10);
    const found = await run({ runner: runnersWith()[place] }, async () => {
      const full = victim.submit("writes to a full disk", { disk });
      return { outcome: await full.settled(), state: full.state, after: same.submit(2) };
    });
    expect(found).toMatchObject({ outcome: { ok: false, error: { code: "ENOSPC" } }, state: "failed", after: 2 });
  },
};

for (const [fault, row] of Object.entries(workerFaults) as [WorkerFault, (typeof workerFaults)[WorkerFault]][]) {
  for (const place of places) {
    const skipped = fault === "writes to a full disk" && whyNoDisk !== null;
    test.skipIf(skipped)(`a call that ${fault}, on ${place}: ${cellOf(row, place)}`, async () => {
      if (cellOf(row, place) === ends) await endsProgram(fault, place);
      else if (cellOf(row, place) === "there is none") {
        expect(await run({ runner: runnersWith()[place] }, () => pid.submit())).toBe(process.pid);
      } else await checks[fault](place);
    });
  }
}
