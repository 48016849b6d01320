/** Whether a process lives, as the system tells. */
import { readFileSync } from "node:fs";

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * When a process was started, in ticks since the machine was; 0 where the system does not tell. Numbers of processes
 * are used again, but not for the same start.
 */
export function startOf(pid: number): number {
  return Number(factsOf(pid)[19] ?? 0);
}

/** Whether it was stopped by a signal, so that it goes on only by another; false where the system does not tell. */
export function isStopped(pid: number): boolean {
  return /^[Tt]$/.test(factsOf(pid)[0] ?? "");
}

/** What the system tells of it, from its state on. */
function factsOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
