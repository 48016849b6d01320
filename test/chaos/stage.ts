/** The folder of a round: a project with its tasks, a store, and what comes out. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mountDisk, unmountDisk } from "../disk/disk.ts";
import type { Round } from "./round.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const fixtures = fileURLToPath(new URL("../fixtures/chaos", import.meta.url));
const DISK = 8 << 20;

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "heddle-chaos-"));
  /** Processes of this round have it in their environment. */
  readonly mark: string;
  readonly out = join(this.folder, "out");
  readonly store = join(this.folder, ".heddle");
  readonly log = join(this.folder, "out", "turns.jsonl");
  readonly #hasDisk: boolean;

  constructor(round: Round, disks: boolean) {
    this.mark = `${round.seed}-${process.pid}-${Math.random().toString(36).slice(2)}`;
    cpSync(fixtures, this.folder, { recursive: true });
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(root, join(this.folder, "node_modules/heddle"));
    writeFileSync(join(this.folder, "package.json"), '{ "name": "chaos", "type": "module" }');
    for (const name of ["out", "tmp"]) mkdirSync(join(this.folder, name));
    this.#hasDisk = disks && round.runs.some(({ fill }) => fill !== null);
    if (this.#hasDisk) mountDisk(this.store, DISK);
    writeFileSync(join(this.out, "round.json"), JSON.stringify({ ...round, store: this.store }));
    writeFileSync(this.log, "");
  }

  /** The environment of a process that executes the pipeline. */
  env(round: Round, run: number, isCalm: boolean): NodeJS.ProcessEnv {
    const env: NodeJS.ProcessEnv = { ...process.env };
    for (const name of Object.keys(env)) if (/^(VITEST|NODE_|TEST)/.test(name)) delete env[name];
    return {
      ...env,
      TMPDIR: join(this.folder, "tmp"),
      HEDDLE_CHAOS: this.mark,
      CHAOS_OUT: this.out,
      CHAOS_LOG: this.log,
      CHAOS_RUN: String(run),
      CHAOS_FAULTS: JSON.stringify(round.channel),
      ...(isCalm ? { CHAOS_CALM: "1" } : {}),
    };
  }

  strike(): void {
    if (this.#hasDisk) unmountDisk(this.store);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
