/**
 * The queue's own LMDB environment, beside the cache: each commit is on the disk before it counts, and pruning the cache
 * does not touch it. Jobs are JSON. Indexes are texts whose order is the order in which things are to happen.
 */
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Database, RootDatabase } from "lmdb";
import { digestBytes } from "../../codec/digest.ts";
import { Gate } from "../../store/gate.ts";
import { makeFolder } from "../../store/make-folder.ts";
import { mend } from "../../store/mend.ts";
import { assertRoom } from "../../store/room.ts";
import { damagedQueue, queueError } from "./failures.ts";

export type Texts = Database<string, string>;
export type Bytes = Database<Buffer, string>;

export interface Tables {
  readonly root: RootDatabase<Buffer, Uint8Array>;
  readonly gate: Gate;
  readonly jobs: Texts;
  readonly inputs: Bytes;
  readonly outcomes: Bytes;
  /** What jobs have printed. */
  readonly outputs: Texts;
  /** What can start: queue, task, priority and number; the job. */
  readonly ready: Texts;
  /** What waits for its time: the time, the job. */
  readonly due: Texts;
  /** Who needs the result of a job: that job, the other. */
  readonly dependents: Texts;
  /** Of how many jobs it lacks the result, by a job. */
  readonly missing: Texts;
  /** By idempotency key. */
  readonly keys: Texts;
  /** What runs: the worker, the job. */
  readonly running: Texts;
  /** Who listens, and where. */
  readonly ears: Texts;
  /** What those serve who listen and are workers, as JSON. */
  readonly services: Texts;
  readonly schedules: Texts;
  readonly numbers: Texts;
}

/** Unlike the cache's, each commit waits for the disk; many jobs share one. */
const OPTIONS = { encoding: "binary", overlappingSync: false, eventTurnBatching: false, maxDbs: 16 } as const;
const INDEX = "index.lmdb";
const NEW_ENVIRONMENT = 64 * 1024;
const NAMES = [
  "jobs",
  "outputs",
  "ready",
  "due",
  "dependents",
  "missing",
  "keys",
  "running",
  "ears",
  "services",
  "schedules",
  "numbers",
] as const;

export function gateIn(folder: string): string {
  return join(folder, "queue", "gate");
}

/** @throws StoreError */
export function openTables(folder: string): Tables {
  const queue = join(folder, "queue");
  try {
    const gateFolder = gateIn(folder);
    makeFolder(gateFolder);
    const ignore = join(queue, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
    if (!existsSync(join(queue, INDEX))) assertRoom(queue, NEW_ENVIRONMENT);
    const { gate, opened } = Gate.pass(gateFolder, () => open(folder, join(queue, INDEX)));
    return { ...opened, gate };
  } catch (error) {
    throw queueError(folder, error);
  }
}

function open(folder: string, path: string): Omit<Tables, "gate"> {
  mend(join(path, "data.mdb"), how => damagedQueue(folder, how));
  const lmdb = createRequire(import.meta.url)("lmdb") as typeof import("lmdb");
  const root = lmdb.open<Buffer, Uint8Array>({ ...OPTIONS, path, noSubdir: false });
  const texts = Object.fromEntries(NAMES.map(name => [name, root.openDB({ name, encoding: "string" })]));
  const bytes = (name: string) => root.openDB<Buffer, string>({ name, encoding: "binary" });
  return {
    root,
    ...(texts as unknown as Record<(typeof NAMES)[number], Texts>),
    inputs: bytes("inputs"),
    outcomes: bytes("outcomes"),
  };
}

const PARTS = "|";
/** Behind everything that a key can go on with. */
const END = "~";
const TIME_DIGITS = 15;

/** Keys with this beginning, in their order, with what stands under them. */
export function* under(table: Texts, beginning: string): Generator<{ readonly key: string; readonly value: string }> {
  for (const { key, value } of table.getRange({ start: beginning, end: beginning + END })) yield { key, value };
}

export function pair(first: string, second: string): string {
  return `${first}${PARTS}${second}`;
}

/** Where the jobs of a task in a queue are that can start. */
export function readyPart(queue: string, task: string): string {
  return `${shortened(queue)}${PARTS}${shortened(task)}${PARTS}`;
}

/** The place of a job among those: higher priorities first, then in their order. */
export function readyPlace(priority: number, number: number): string {
  return descending(priority) + String(number).padStart(TIME_DIGITS, "0");
}

export function dueKey(time: number, id: string): string {
  return pair(timeText(time), id);
}

export function timeText(time: number): string {
  return String(Math.ceil(time)).padStart(TIME_DIGITS, "0");
}

export function shortened(text: string): string {
  return digestBytes(text).slice(0, 20);
}

/** Digits of a number, the largest first. */
function descending(value: number): string {
  const bytes = Buffer.alloc(8);
  // Zero has a sign, which must not count.
  bytes.writeDoubleBE(-value + 0);
  const bits = bytes.readBigUInt64BE();
  const ordered = bits >> 63n === 1n ? ~bits & 0xffffffffffffffffn : bits | (1n << 63n);
  return ordered.toString(16).padStart(16, "0");
}
