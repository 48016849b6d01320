/** Commands for tests: small scripts in a folder of their own, and what is to be seen of their processes. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FlowOptions, flow, type RunSettings, startRun } from "heddle";
import { onTestFinished } from "vitest";
import { Witness } from "../cases/places.ts";
import { Channel } from "../channel/channel.ts";

export type Per = "call" | "worker";
export const both: readonly Per[] = ["call", "worker"];

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "heddle-command-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A script that can be run; gives its path. */
export function sh(text: string, name = "wrap.sh"): string {
  const path = join(folder(), name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

export async function channel(): Promise<Channel> {
  const opened = await Channel.open();
  onTestFinished(() => opened.close());
  return opened;
}

let flows = 0;

/** Runs a function as a flow with these options, and sees its events. */
export function watched(
  body: () => unknown,
  options: Pick<FlowOptions, "prefix" | "runner">,
  settings: RunSettings = {},
) {
  const witness = new Witness();
  const target = flow(`commands ${++flows}`, options, body as () => Promise<unknown>);
  const { result, interrupt } = startRun(target, [], { quiet: true, ...settings, readers: [witness.read] });
  result.catch(() => {});
  return { result, witness, interrupt };
}

/** What the commands of a run said for themselves. */
export function said(witness: Witness, stream: "stdout" | "stderr" = "stdout"): string {
  const texts = witness.of("commandOutput").filter(event => event.stream === stream);
  return texts.map(({ text }) => text).join("");
}

/** Resolves when the file is there and ends a line; gives its lines. */
export async function linesOf(path: string): Promise<string[]> {
  for (;;) {
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (text.endsWith("\n")) return text.trim().split("\n");
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

/** Resolves when no process with one of these numbers is left. */
export async function gone(...pids: readonly (number | string)[]): Promise<void> {
  while (pids.some(pid => isAlive(pid))) await new Promise(resolve => setTimeout(resolve, 10));
}

function isAlive(pid: number | string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The processes whose command line has this text in it. */
export function processesWith(text: string): string[] {
  return readdirSync("/proc").filter(pid => /^\d+$/.test(pid) && isAlive(pid) && commandOf(pid).includes(text));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
