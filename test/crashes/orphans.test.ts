/** Coordinators that are killed at a bad moment, or together with what stands by to end their workers. */
import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { whyNoDisk } from "../cases/disk.ts";
import { script } from "../cases/script.ts";
import { gone, processesWith } from "../commands/rig.ts";
import { program } from "./program.ts";

const parentOf = (pid: string) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

test("a command per worker ends although the guard is killed too", async () => {
  const { start, pids } = await program("command per worker");
  const { process: child } = start("stuck", true);
  const [worker = "", ...children] = await pids();
  // What the worker has started and hears no signal is the guard's to end.
  onTestFinished(() => {
    for (const pid of children) process.kill(Number(pid), "SIGKILL");
  });
  const guards = processesWith("entry/guard.js").filter(pid => parentOf(pid) === child.pid);
  expect(guards).toHaveLength(1);
  process.kill(Number(guards[0]), "SIGKILL");
  child.kill("SIGKILL");
  await gone(worker);
});

test("a process ends that is still busy with its init", async () => {
  const { start, pids, write } = await program("processes");
  const client = JSON.stringify(new URL("../channel/client.mjs", import.meta.url).href);
  write({
    "init.mjs": `
      import { tell } from ${client};
      await tell(process.env.CHANNEL, "pid " + process.pid);
      for (;;);`,
    "heddle.config.mjs": `
      import { processes } from "heddle";
      const init = new URL("init.mjs", import.meta.url);
      export default { runners: { "on processes": processes({ workers: 1, init }) } };`,
  });
  const { process: child } = start("stuck", true);
  const [worker = ""] = await pids();
  child.kill("SIGKILL");
  await gone(worker);
});

test.skipIf(whyNoDisk !== null)("processes do without memory that is shared, where that is full", async () => {
  const ran = await script({
    "pid.mjs": `
      import { processes, run, task } from "heddle";
      export const pid = task("pid", () => process.pid);
      const found = await run({ runner: processes({ workers: 1 }) }, () => pid.submit());
      console.log(found !== process.pid);`,
    "main.mjs": `
      import { execFileSync } from "node:child_process";
      const fill = "mount -t tmpfs -o size=8k none /dev/shm && head -c 99999 /dev/zero > /dev/shm/full 2>/dev/null";
      const args = ["-m", "sh", "-c", fill + '; exec "$0" pid.mjs', process.execPath];
      execFileSync("unshare", args, { stdio: "inherit" });`,
  });
  expect(ran).toMatchObject({ code: 0, stdout: "true\n" });
});
