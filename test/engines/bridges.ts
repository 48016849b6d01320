import { readFileSync } from "node:fs";
import { processesWith } from "../commands/rig.ts";

/** The bridges to an engine that a process has, by the name of their file. */
export function bridgesIn(file: string, parent: number): number[] {
  const isTheirs = (pid: string) => readFileSync(`/proc/${pid}/status`, "utf8").includes(`\nPPid:\t${parent}\n`);
  return processesWith(file).filter(isTheirs).map(Number);
}
