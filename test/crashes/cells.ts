/** What goes wrong, and what becomes of it on each runner: the table of docs/crash-safety.md, each cell with a test. */

export const places = ["inline", "threads", "processes", "command per call", "command per worker", "your own"] as const;
export type Place = (typeof places)[number];

type Row = readonly [string, string, string, string, string, string];

const all = (text: string): Row => [text, text, text, text, text, text];

export const ends = "ends your program; run it again, and what was kept is not redone";
export const crashed = "the call is `crashed`";
const died = (inline: string, threads: string): Row => [inline, threads, crashed, crashed, crashed, crashed];

/** A call, or the worker that runs it, does this. */
export const workerFaults = {
  "calls process.exit": died(ends, crashed),
  "throws where nobody catches": died(ends, crashed),
  "is killed by a signal": died(ends, ends),
  "crashes in native code": died(ends, ends),
  "is out of memory": died(ends, `${crashed}, within the thread's \`resourceLimits\``),
  "hangs, with a timeout": [
    "the call is `timedOut`, once it has returned",
    ...Array(5).fill("the call is `timedOut` at its limit, and its worker is ended"),
  ] as unknown as Row,
  "writes to a full disk": all("the call `failed`, with `ENOSPC`"),
  "closes the pipe to heddle": ["there is none", crashed, crashed, crashed, crashed, crashed],
} as const satisfies Record<string, Row>;

const nothingLeft = "nothing is left; `--resume` goes on from what was kept";

/** It happens to the coordinator. */
export const coordinatorFaults = {
  "its disk is full": [
    "values are right; what cannot be kept is a warning",
    "values are right; what cannot be kept is a warning",
    "values are right; what cannot be kept is a warning",
    "the call is `crashed`, and the error says where",
    "values are right; what cannot be kept is a warning",
    "values are right; what cannot be kept is a warning",
  ],
  "nobody reads its output": all("the run goes on, and ends as it would have"),
  "is killed": [
    nothingLeft,
    nothingLeft,
    nothingLeft,
    nothingLeft,
    nothingLeft,
    `${nothingLeft}: with \`endWithParent()\` on the far side`,
  ],
  "is told to end": all("exit code 130, nothing is left"),
  "dies of an error in your program": all("exit code 1, nothing is left"),
} as const satisfies Record<string, Row>;

export type WorkerFault = keyof typeof workerFaults;
export type CoordinatorFault = keyof typeof coordinatorFaults;

export function cellOf(row: Row, place: Place): string {
  return row[places.indexOf(place)]!;
}
