/** A process that is stopped in the middle of a commit. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { EmbeddedQueue } from "../../src/background/embedded/queue.ts";
import { job } from "./conformance.ts";

const source = new URL("../../src/background/embedded/queue.ts", import.meta.url);
const STOPS = `
  const { EmbeddedQueue } = await import(${JSON.stringify(source.href)});
  const queue = EmbeddedQueue.open(process.argv[1]);
  await queue.commit(() => process.kill(process.pid, "SIGSTOP"));
  await queue.close();
`;

test.skipIf(process.platform !== "linux")("who waits for it is told, and goes on when it does", async () => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-held-"));
  const queue = EmbeddedQueue.open(folder);
  const args = ["--import", "tsx", "--input-type=module", "--eval", STOPS, folder];
  const child = spawn(process.execPath, args, { cwd: fileURLToPath(new URL("../..", import.meta.url)) });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await queue.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const ended = once(child, "exit");
  await stopped(child.pid!);
  const told = once(process, "warning") as Promise<[Error]>;
  const added = queue.add(await job());
  const [warning] = await told;
  expect(warning.message).toContain(`cannot be written to, as process ${child.pid} was stopped while it did so`);
  child.kill("SIGCONT");
  expect(await queue.facts(await added)).toMatchObject({ state: "queued" });
  expect(await ended).toEqual([0, null]);
});

/** Resolves when the system says so. */
async function stopped(pid: number): Promise<void> {
  while (!/\) T/.test(readFileSync(`/proc/${pid}/stat`, "latin1"))) await new Promise(setImmediate);
}
