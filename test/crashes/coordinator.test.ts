/** Crash safety, the lower rows of its table: what happens to the coordinator, and what becomes of its workers. */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fill, smallDisk, whyNoDisk } from "../cases/disk.ts";
import { gone } from "../commands/rig.ts";
import { type CoordinatorFault, cellOf, coordinatorFaults, type Place, places } from "./cells.ts";
import { program, resumes, stored } from "./program.ts";

type Check = (place: Place) => Promise<void>;

const checks: Record<CoordinatorFault, Check> = {
  async "its disk is full"(place) {
    const { folder, start, channel } = await program(place);
    channel.pass("go");
    const disk = smallDisk(1 << 20);
    fill(disk, 0);
    symlinkSync(disk, join(folder, ".heddle"));
    const { code, stdout, stderr } = await start("meets", "").ended;
    expect(stderr).toContain("ENOSPC");
    expect(stderr).toContain(".heddle");
    if (place === "command per call") {
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/CommandStartError: .*its folder cannot be written.*\n.*See to the disk/);
    } else {
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual([[1, 2], "went well"]);
      expect(stderr).toMatch(/the log of this run is incomplete/);
    }
  },

  async "nobody reads its output"(place) {
    const { start, channel, pids } = await program(place);
    const { process: child, ended } = start("meets", "prints", {}, "--json");
    await pids();
    child.stdout!.destroy();
    child.stderr!.destroy();
    channel.pass("go");
    expect(await ended).toMatchObject({ code: 0, signal: null });
  },

  async "is killed"(place) {
    const found = await program(place);
    const { process: child, ended } = found.start("stuck", place !== "inline");
    const workers = await found.pids();
    await stored(found.folder, 2);
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
    await gone(...workers);
    await resumes(found, "stuck", place !== "inline");
  },

  async "is told to end"(place) {
    const { start, pids } = await program(place);
    const { process: child, ended } = start("stuck", place !== "inline");
    const workers = await pids();
    // The others are in test/cli/interrupt.test.ts.
    child.kill("SIGHUP");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain("interrupted");
    await gone(...workers);
  },

  async "dies of an error in your program"(place) {
    const { start, pids } = await program(place);
    const { process: child, ended } = start("fails", place !== "inline");
    const workers = await pids();
    child.kill("SIGUSR2");
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain("Error: out of the program");
    await gone(...workers);
  },
};

type Row = (typeof coordinatorFaults)[CoordinatorFault];

for (const [fault, row] of Object.entries(coordinatorFaults) as [CoordinatorFault, Row][]) {
  for (const place of places) {
    const skipped = fault === "its disk is full" && whyNoDisk !== null;
    test.skipIf(skipped)(`a coordinator: ${fault}, with ${place}: ${cellOf(row, place)}`, () => checks[fault](place));
  }
}
