/** Waits for the end of the coordinator, and then ends the commands that it has left behind. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { GuardMessage, Watched } from "../command/guard.ts";

const GRACE = 2_000;
/** How long a command that cancels may take. */
const CANCELLING = 30_000;

const watched = new Map<number, Watched>();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

createInterface(process.stdin)
  .on("line", line => {
    const message = JSON.parse(line) as GuardMessage;
    if ("forget" in message) watched.delete(message.forget);
    else watched.set(message.watch.group, message.watch);
  })
  .on("close", () => void end());

async function end(): Promise<void> {
  const left = [...watched.values()];
  for (const { stop } of left) if (stop !== null) tell(stop);
  for (const { group } of left) signal(group, "SIGTERM");
  const cancelled = left.map(({ cancel }) => (cancel === null ? Promise.resolve() : run(cancel)));
  if (left.length > 0) await new Promise(resolve => setTimeout(resolve, GRACE));
  for (const { group } of left) signal(group, "SIGKILL");
  await Promise.all(cancelled);
  process.exit(0);
}

function tell(stop: string): void {
  try {
    writeFileSync(stop, "");
  } catch {
    // Its folder is gone, and so is the worker.
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It has ended.
  }
}

function run([program = "", ...args]: readonly string[]): Promise<void> {
  return new Promise<void>(resolve => {
    const child = spawn(program, args, { stdio: "ignore", timeout: CANCELLING });
    child.on("error", () => resolve()).on("close", () => resolve());
  }).catch(() => {
    // It could not even be tried.
  });
}
