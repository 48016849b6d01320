import { readFileSync } from "node:fs";
import { processesWith } from "../commands/rig.ts";

/** The bridges to an engine that this process has, by the name of their file. */
export function bridgesOf(file: string): number[] {
  const isOurs = (pid: string) => readFileSync(`/proc/${pid}/status`, "utf8").includes(`\nPPid:\t${process.pid}\n`);
  return processesWith(file).filter(isOurs).map(Number);
}
