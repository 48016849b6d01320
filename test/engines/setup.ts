/** The engines that the files of a test run share (`shared.ts`) end with it, however it ends. */
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder, with a file for each process that is to be ended. */
    readonly engines: string;
  }
}

/** Waits for the end of its input, which is that of the run. */
const GUARD = 'cat; for file in "$0"/*.pid; do kill -s KILL -- -"$(cat "$file")"; done 2>&-; rm -rf "$0"';

export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-engines-"));
  project.provide("engines", folder);
  const guard = spawn("sh", ["-c", GUARD, folder], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  guard.unref();
  const ended = new Promise<void>(resolve => guard.once("close", () => resolve()).once("error", () => resolve()));
  return async () => {
    guard.stdin.end();
    await ended;
  };
}
