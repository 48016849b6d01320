/** The coordinator's side of the guard: a process that ends commands should the coordinator be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { entry } from "../../platform.ts";
import { environment } from "../environment.ts";

/** What the guard is told: a command is under way, or is not any more. */
export interface Watched {
  /** Its process group. */
  readonly group: number;
  /** A file by which its worker is told to end, and the command that cancels what it has put into a queue. */
  readonly stop: string | null;
  readonly cancel: readonly string[] | null;
}
export type GuardMessage = { readonly watch: Watched } | { readonly forget: number };

/** One for all runs of this process, as long as one of them needs it. */
let guard: Guard | null = null;

export class Guard {
  readonly #child: ChildProcess;
  #holders = 0;

  static hold(): Guard {
    guard ??= new Guard();
    guard.#holders += 1;
    return guard;
  }

  private constructor() {
    const { url, flags } = entry("guard");
    // In a session of its own: what ends the coordinator's whole group is not to end this.
    this.#child = spawn(process.execPath, [...flags, fileURLToPath(url)], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: environment(undefined),
      windowsHide: true,
    });
    this.#child.on("error", () => {});
    this.#child.unref();
    this.#child.stdin?.on("error", () => {});
    (this.#child.stdin as Socket | null)?.unref();
  }

  watch(watched: Watched): void {
    this.#tell({ watch: watched });
  }

  forget(group: number): void {
    this.#tell({ forget: group });
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    this.#child.stdin?.end();
    guard = null;
  }

  #tell(message: GuardMessage): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}
