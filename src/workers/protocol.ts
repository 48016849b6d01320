/**
 * What a coordinator and a worker say to each other. A message is one flat array, since that costs a quarter of an
 * array of objects: an operation, its operands, the next operation. Calls are known by their place in the order in
 * which they were sent to this worker, from 1; 0 stands for no call.
 */
import { unpackError } from "../codec/failure.ts";
import { unpack } from "../codec/pack.ts";
import type { PackedValue } from "../codec/packed.ts";
import { type Cursor, fromWire } from "../codec/wire.ts";
import { ProtocolError } from "../errors.ts";
import type { LogLevel } from "../task/context.ts";
import type { Dispatch, TaskAddress } from "../task/runner.ts";
import { readEnds } from "./plain.ts";

/** From the coordinator. */
export const SETUP = 1;
export const TASK = 2;
export const CALL = 3;
export const CANCEL = 4;
/** A call that waited may go on. */
export const RESUME = 5;
/** What the coordinator has to say to the scope of what a call calls; the run's business. */
export const TELL = 6;
/** Calls of one task in a row, with plain inputs. */
export const CALLS = 7;
/** A free segment of shared memory, for the worker's next results. */
export const SPARE = 8;
/** To a worker in a cluster: a module, and what its file looks like where the coordinator is. */
export const CODE = 9;
/** The answer to NEEDS. */
export const GIVEN = 10;
/** Of the call before it: the files that its inputs name, and what they look like where the coordinator is. */
export const FILES = 29;
/** From the worker. */
export const READY = 11;
export const UNFIT = 12;
export const ENDED = 13;
export const REFUSED = 14;
export const OUTPUT = 15;
export const LOG = 16;
export const PROGRESS = 17;
export const WARNING = 18;
export const FATAL = 19;
export const BEGUN = 20;
export const DIRECTORY = 21;
/** The call waits for what it called. */
export const WAITS = 22;
export const RESUMES = 23;
/** What the scope of what a call calls has to say; the run's business. */
export const ASK = 24;
export const FULL = 25;
/** Calls in a row that completed with plain values. */
export const ENDS = 26;
/** It has heard that a call is to stop. */
export const HEARD = 27;
/** On another disk: what the call needs is not there, or something else. */
export const NEEDS = 28;
/** On another disk: a piece of a file that the call gives. */
export const GIVES = 30;

/** What is told of a call besides. */
export const TIMED = 1;
/** The place of its directory follows the inputs. */
export const PLACED = 2;

/** How an attempt ended, as a number. */
export const COMPLETED = 0;
export const FAILED = 1;
export const UNREACHABLE = 2;

export type StreamName = "stdout" | "stderr";
/** A task as a worker knows it. */
export type Address = Omit<TaskAddress, "fn">;

/** What a worker is told first. */
export interface Setup {
  readonly runId: string;
  readonly concurrency: number;
  /** URL of the module that warms it, or null. */
  readonly init: string | null;
  /** The coordinator's process. */
  readonly parent: number;
  /** The folder for directories of calls that have no place of their own. */
  readonly dirs: string;
  /** Bytes that it may have in use; Infinity for no limit. */
  readonly memory: number;
}

export function writeSetup({ runId, concurrency, init, parent, dirs, memory }: Setup, wire: unknown[]): void {
  wire.push(SETUP, runId, concurrency, init, parent, dirs, memory);
}

export function writeTask(number: number, { identity, name, module, where, inside }: Address, wire: unknown[]): void {
  wire.push(TASK, number, identity, name, module, where, inside);
}

/** Appends a call; its inputs come after their length, so that a worker can leave them encoded. */
export function writeCall(seq: number, task: number, call: Dispatch, wire: unknown[], shares = false): void {
  const { dir } = call;
  wire.push(CALL, seq, task, call.id, call.attempt, (call.timeout > 0 ? TIMED : 0) | (dir === null ? 0 : PLACED), 0);
  const start = wire.length;
  call.pack(wire, shares);
  wire[start - 1] = wire.length - start;
  if (dir !== null) wire.push(dir);
}

/** What a worker reports, one method an operation. */
export interface Reports {
  ready(): void;
  /** It could not start. */
  unfit(error: Error): void;
  ended(seq: number, state: number, ms: number, value: PackedValue): void;
  /** The module of this call's task has been loaded, and the call runs. */
  begun(seq: number): void;
  /** It did not run these calls, as they were taken back. */
  refused(from: number, to: number): void;
  output(seq: number, stream: StreamName, text: string): void;
  log(seq: number, level: LogLevel, message: string, data: unknown): void;
  progress(seq: number, fraction: number, done?: number, total?: number, note?: string): void;
  warning(seq: number, name: string, message: string): void;
  /** The call has made its directory. */
  directory(seq: number, path: string): void;
  /** The call waits for what it called, and leaves its slot to others. */
  waits(seq: number): void;
  /** It would go on. */
  resumes(seq: number): void;
  ask(seq: number, wire: unknown[]): void;
  /** It has more memory in use than it may have. */
  full(bytes: number): void;
  /** It has heard that the call is to stop; told by workers of one call only. */
  heardCancel(): void;
  /** It asks for what it needs of this disk, and is waiting for the answer; told by workers on other disks only. */
  needs?(what: string, of: string): void;
  /** Likewise with a piece of a file. */
  gives?(of: string, bytes: Uint8Array): void;
  /** It is about to die of an error that nobody caught. */
  fatal(seq: number, error: Error): void;
}

/** Hands each report of a message on. */
export function readReports(wire: readonly unknown[], reports: Reports): void {
  const cursor: Cursor = { at: 0 };
  while (cursor.at < wire.length) readReport(wire, cursor, reports);
}

/** Where a message says how its call ended, and the value of that; null if it says nothing of it, or that it failed. */
export function endAt(wire: readonly unknown[]): { readonly state: number; readonly value: number } | null {
  const cursor: Cursor = { at: 0 };
  while (cursor.at < wire.length) {
    const { at } = cursor;
    if (wire[at] === ENDED) return wire[at + 2] === COMPLETED ? { state: at + 2, value: at + 4 } : null;
    readReport(wire, cursor, deaf);
  }
  return null;
}

const deaf = new Proxy({}, { get: () => () => {} }) as Reports;

function readReport(wire: readonly unknown[], cursor: Cursor, reports: Reports): void {
  const at = cursor.at;
  const operand = <T>(index: number) => wire[at + index] as T;
  switch (wire[at]) {
    case ENDED:
      cursor.at += 4;
      reports.ended(wire[at + 1] as number, wire[at + 2] as number, wire[at + 3] as number, fromWire(wire, cursor));
      break;
    case ENDS:
      cursor.at = readEnds(wire, at, reports);
      break;
    case READY:
      cursor.at += 1;
      reports.ready();
      break;
    case UNFIT:
      cursor.at += 1;
      reports.unfit(unpackError(fromWire(wire, cursor)));
      break;
    case REFUSED:
      cursor.at += 3;
      reports.refused(operand(1), operand(2));
      break;
    case BEGUN:
      cursor.at += 2;
      reports.begun(operand(1));
      break;
    case OUTPUT:
      cursor.at += 4;
      reports.output(operand(1), operand(2), operand(3));
      break;
    case LOG:
      cursor.at += 4;
      reports.log(operand(1), operand(2), operand(3), readable(fromWire(wire, cursor)));
      break;
    case PROGRESS:
      cursor.at += 6;
      reports.progress(operand(1), operand(2), operand(3), operand(4), operand(5));
      break;
    case WARNING:
      cursor.at += 4;
      reports.warning(operand(1), operand(2), operand(3));
      break;
    case DIRECTORY:
      cursor.at += 3;
      reports.directory(operand(1), operand(2));
      break;
    case WAITS:
      cursor.at += 2;
      reports.waits(operand(1));
      break;
    case RESUMES:
      cursor.at += 2;
      reports.resumes(operand(1));
      break;
    case ASK:
      cursor.at += 3 + operand<number>(2);
      reports.ask(operand(1), wire.slice(at + 3, cursor.at));
      break;
    case FULL:
      cursor.at += 2;
      reports.full(operand(1));
      break;
    case HEARD:
      cursor.at += 1;
      reports.heardCancel();
      break;
    case NEEDS:
      cursor.at += 3;
      reports.needs?.(operand(1), operand(2));
      break;
    case GIVES:
      cursor.at += 3;
      reports.gives?.(operand(1), operand(2));
      break;
    case FATAL:
      cursor.at += 2;
      reports.fatal(operand(1), unpackError(fromWire(wire, cursor)));
      break;
    default:
      throw new ProtocolError({ from: "a worker", problem: `there is no operation ${String(wire[at])}` });
  }
}

/** What a log line carries is never a reason to fail, here neither. */
function readable(packed: PackedValue): unknown {
  try {
    return unpack(packed);
  } catch (obstacle) {
    return `(${(obstacle as Error).message})`;
  }
}
