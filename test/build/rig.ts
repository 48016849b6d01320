/** Projects of targets on disk, built from this process, in all places. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { command, defineRunner, type HeddleEvent, inline, processes, type Runner, threads } from "heddle";
import { type BuildOptions, type BuildReport, build } from "heddle/build";
import { afterAll, onTestFinished } from "vitest";

const heddle = fileURLToPath(new URL("../..", import.meta.url));

export const places = ["inline", "threads", "processes", "command", "command per worker", "another disk"] as const;
export type Place = (typeof places)[number];

export interface Built extends BuildReport {
  /** Targets by their states. */
  readonly states: Readonly<Record<string, string>>;
  /** What bodies told since the build began, sorted. */
  readonly told: readonly string[];
  readonly events: readonly HeddleEvent[];
}

export interface TargetProject {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  /** As seen when it was written a long time ago, so that its stat is trusted. */
  age(...paths: readonly string[]): void;
  read(path: string): string | null;
  remove(path: string): void;
  has(path: string): boolean;
  build(options?: BuildOptions): Promise<Built>;
}

/** What a module of targets begins with: `tell` says that a body ran, whatever disk and process it runs in. */
export const HEAD = `
  import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
  import { dir, file, files, target } from "heddle/build";
  const tell = text => appendFileSync(import.meta.dirname + "/told", text + "\\n");
`;

export function targetProject(files: Readonly<Record<string, string>>): TargetProject {
  const folder = mkdtempSync(join(tmpdir(), "heddle-build-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(heddle, join(folder, "node_modules/heddle"));
  const at = (path: string) => join(folder, path);
  const read = (path: string) => (existsSync(at(path)) ? readFileSync(at(path), "utf8") : null);
  const project: TargetProject = {
    folder,
    write(more) {
      for (const [name, text] of Object.entries(more)) {
        mkdirSync(dirname(at(name)), { recursive: true });
        writeFileSync(at(name), text);
      }
    },
    age(...paths) {
      const then = new Date(Date.now() - 3_600_000);
      for (const path of paths) utimesSync(at(path), then, then);
    },
    read,
    remove: path => rmSync(at(path), { recursive: true }),
    has: path => existsSync(at(path)),
    async build(options = {}) {
      const events: HeddleEvent[] = [];
      const before = (read("told") ?? "").length;
      const readers = [(batch: readonly HeddleEvent[]) => void events.push(...batch)];
      const report = await build({ root: folder, quiet: true, readers, ...options });
      const told = (read("told") ?? "").slice(before).split("\n").filter(Boolean).sort();
      const states = Object.fromEntries(report.targets.map(({ name, state }) => [name, state]));
      return { ...report, states, told, events };
    },
  };
  // Targets are known by the name of their package too, and this process sees many projects.
  project.write({ "package.json": JSON.stringify({ name: basename(folder), type: "module" }), ...files });
  return project;
}

/** The runner of a place, with two workers. */
export function runnerOf(place: Place): Runner {
  switch (place) {
    case "inline":
      return inline();
    case "threads":
      return threads({ workers: 2 });
    case "processes":
      return processes({ workers: 2 });
    case "command":
      return command({ prefix: "nice -n 1", workers: 2 });
    case "command per worker":
      return command({ prefix: "nice -n 1", per: "worker", workers: 2 });
    case "another disk":
      return defineRunner({ name: "elsewhere", workers: 2, run: elsewhere });
  }
}

let far: Worker | null = null;
let calls = 0;

/** A thread that takes bytes and gives bytes: it shares this disk, but nobody says so. */
function elsewhere(bytes: Uint8Array): Promise<Uint8Array> {
  far ??= new Worker(new URL("../fixtures/cases/far-side.mjs", import.meta.url));
  const [worker, number] = [far, ++calls];
  worker.setMaxListeners(0);
  return new Promise(resolve => {
    const listen = (said: { readonly kind: string; readonly number: number; readonly bytes: Uint8Array }) => {
      if (said.number !== number || said.kind !== "outcome") return;
      worker.off("message", listen);
      resolve(said.bytes);
    };
    worker.on("message", listen);
    worker.postMessage({ kind: "call", number, bytes });
  });
}

afterAll(() => far?.terminate());
