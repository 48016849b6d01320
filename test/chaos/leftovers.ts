/** What a round may leave behind, and must not. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PATIENCE = 10_000;

/** The processes of a round, by the mark in their environment. */
export function processesOf(mark: string): { readonly pid: number; readonly words: string }[] {
  const found: { pid: number; words: string }[] = [];
  for (const pid of readdirSync("/proc").filter(name => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "latin1").includes(`HEDDLE_CHAOS=${mark}\0`)) continue;
      found.push({ pid: Number(pid), words: readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ") });
    } catch {
      // It has ended.
    }
  }
  return found;
}

/** Resolves to those that are still there when all had time to go. */
export async function lingering(mark: string): Promise<string[]> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const left = processesOf(mark);
    if (left.length === 0) return [];
    if (performance.now() > deadline) {
      for (const { pid } of left) process.kill(pid, "SIGKILL");
      return left.map(({ words }) => `this process is left: ${words}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Files in places where nothing may lie when nobody is at work, save what a run is resumed by. */
export function remains(folder: string, resumable: boolean): string[] {
  const places = ["tmp", ".heddle/dirs", ".heddle/cache/tmp", ".heddle/cache/live", ".heddle/resume"];
  const left = places.flatMap(place =>
    (existsSync(join(folder, place)) ? readdirSync(join(folder, place)) : []).map(name => `${place}/${name}`),
  );
  return left
    .filter(path => !(resumable && /^\.heddle\/resume\/[0-9a-f]+\.json$/.test(path)))
    .map(path => `${path} is left`);
}
