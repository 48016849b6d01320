/** Coordinators that share a store and are killed at random moments, and what must hold of the store at each of them. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { unpack } from "../../src/codec/pack.ts";
import { Store } from "../../src/store/store.ts";
import { expected } from "../fixtures/kills/values.mjs";

const script = fileURLToPath(new URL("../fixtures/kills/coordinator.mjs", import.meta.url));
/** Batches of a run, most of which runs before it were at as well. */
const BATCHES = 8;

export const places = ["inline", "threads", "processes"] as const;

interface Said {
  readonly step?: string;
  readonly value?: unknown;
  readonly warnings?: readonly string[];
}

/** What the value of a task must be, wherever its store lies. */
function check(value: unknown): string {
  const { name, ...rest } = value as { name: string; paths?: readonly string[] };
  const found = { name, ...rest };
  if (found.paths !== undefined) {
    for (const path of found.paths) expect(existsSync(path), path).toBe(true);
    found.paths = found.paths.map(path => (path.endsWith("a.txt") ? "a.txt" : "sub/b.txt"));
  }
  expect(found).toEqual(expected(name));
  return name;
}

/** A run of the flow in a process of its own. */
export class Coordinator {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  killed = false;
  finished = false;
  private stderr = "";

  constructor(folder: string, place: string, from: number, onStep: () => void) {
    const args = [join(folder, "store"), place, String(from), String(BATCHES)];
    const stdio = ["ignore", "ignore", "pipe", "ipc"] as ["ignore", "ignore", "pipe", "ipc"];
    this.child = fork(script, args, { cwd: folder, stdio, serialization: "advanced", execArgv: [] });
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    let said: Said = {};
    this.child.on("message", (message: Said) => {
      if (message.value !== undefined) said = message;
      onStep();
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.on("close", (code, signal) => {
        try {
          if (signal !== "SIGKILL" || !this.killed)
            expect({ code, signal, err: this.stderr }).toMatchObject({ code: 0 });
          this.finished = said.value !== undefined;
          if (this.finished) expect(said).toEqual({ value: valuesFrom(from), warnings: [] });
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    this.ended.catch(() => {});
  }

  kill(): void {
    this.killed = true;
    this.child.kill("SIGKILL");
  }
}

function valuesFrom(from: number): unknown {
  return Array.from({ length: BATCHES }, (_, at) => expected(`batch ${from + at}`));
}

/** One folder with a store and what was executed there. */
export class Scene {
  readonly folder: string;
  /** What was in the store when somebody looked, and may not be executed again. */
  private readonly kept = new Set<string>();
  private read = 0;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** What was executed since the last time. */
  private executed(): string[] {
    const path = join(this.folder, "executed.log");
    const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
    const fresh = lines.slice(this.read);
    this.read = lines.length;
    return fresh;
  }

  /** Reads all that is in the store: each value is right, and nothing is done again that was there before. */
  async look(): Promise<void> {
    const store = Store.open(join(this.folder, "store"));
    const found: string[] = [];
    try {
      for (const entry of store.entries()) {
        expect(store.isWhole(entry)).toBeNull();
        found.push(check(unpack(await store.read(entry))));
      }
    } finally {
      await store.close();
    }
    expect(found).toEqual([...new Set(found)]);
    expect([...this.kept].filter(name => !found.includes(name))).toEqual([]);
    expect(this.executed().filter(name => this.kept.has(name))).toEqual([]);
    for (const name of found) this.kept.add(name);
  }

  /** A last run, undisturbed: gives how many files belong to nobody. */
  async end(from: number): Promise<number> {
    const last = new Coordinator(this.folder, "inline", from, () => {});
    await last.ended;
    expect(last.finished).toBe(true);
    await this.look();
    const cache = join(this.folder, "store", "cache");
    expect(readdirSync(join(cache, "live"))).toEqual([]);
    expect(readdirSync(join(cache, "tmp"))).toEqual([]);
    const store = Store.open(join(this.folder, "store"));
    try {
      const problems: unknown[] = [];
      const { entries, bad, orphans } = await store.verify(problem => problems.push(problem));
      expect({ entries, bad, problems }).toEqual({ entries: this.kept.size, bad: 0, problems: [] });
      expect(await store.verify(() => {})).toMatchObject({ bad: 0, orphans: 0 });
      return orphans;
    } finally {
      await store.close();
    }
  }
}
