/** What commands are started with, however their worker is spoken to. */
import { fileURLToPath } from "node:url";
import { filled, placeholdersOf, typed } from "../../config/command.ts";
import { entry, inheritedFlags } from "../../platform.ts";
import { environment } from "../environment.ts";
import type { CommandPlan } from "./command.ts";

/** A prefix, checked, the amounts of labels filled in. */
export interface CommandSettings {
  readonly prefix: readonly string[];
  readonly cancel: readonly string[] | null;
  readonly job: RegExp;
  /** Whether it puts the call into a queue, so that its time counts from when its worker begins. */
  readonly queues: boolean;
  /** The program that runs the worker, where the command runs it. */
  readonly node: string;
  readonly env: Readonly<Record<string, string>> | undefined;
}

/** The words that run a worker. */
export function workerWords(name: "stdio" | "call", node: string, ...args: readonly string[]): string[] {
  const { url, flags } = entry(name);
  return [node, ...inheritedFlags(), ...flags, fileURLToPath(url), ...args];
}

/** `{script}` stands where a command wants a script, and not words that follow it; `{worker}` where a shell reads them. */
function saysWhere(prefix: readonly string[]): boolean {
  return wantsScript(prefix) || placeholdersOf(prefix).includes("worker");
}

export function wantsScript(prefix: readonly string[]): boolean {
  return placeholdersOf(prefix).includes("script");
}

export function scriptOf(worker: readonly string[]): string {
  return `#!/bin/sh\nexec ${typed(worker)}\n`;
}

export function planOf(
  { prefix, cancel, job, env }: CommandSettings,
  worker: readonly string[],
  values: ReadonlyMap<string, string | number>,
  more: Pick<CommandPlan, "stdin" | "stop">,
): CommandPlan {
  const words = filled(prefix, new Map([...values, ["worker", typed(worker)]]));
  return {
    words: saysWhere(prefix) ? words : [...words, ...worker],
    env: environment(env),
    cancel: cancel === null ? null : { words: filled(cancel, values), job },
    ...more,
  };
}
