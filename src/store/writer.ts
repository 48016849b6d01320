/** Who made what goes with its maker: a machine, a process, and when that was started. */
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { digestBytes } from "../codec/digest.ts";
import { isRunning, startOf } from "./running.ts";

/** Text that stands for this process, also in names: three parts with dots between them. */
export function writerMark(): string {
  return `${hostMark()}.${process.pid}.${startOf(process.pid)}`;
}

/** Whether the process of a mark is certainly gone. */
export function isGone(mark: string): boolean {
  const [host, pid, start] = mark.split(".");
  if (host !== hostMark() || !/^[1-9]\d*$/.test(pid ?? "")) return false;
  return !isRunning(Number(pid)) || startOf(Number(pid)) !== Number(start);
}

/** Whether a mark was made on this machine, so that it can be told whether its process lives. */
export function isHere(mark: string): boolean {
  return mark.split(".")[0] === hostMark();
}

let host: string | undefined;

function hostMark(): string {
  host ??= digestBytes(`${hostname()} ${namespace()}`).slice(0, 8);
  return host;
}

/** Containers may share a name with their machine, and each have processes of these numbers. */
function namespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
