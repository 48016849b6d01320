/**
 * What is in the folder of a call that runs in a command of its own: `in` and `out` hold frames, each side appends to
 * one and follows the other; `stdout` and `stderr` are what the worker's process writes past its capture; that there is
 * a `stop`, or no folder, tells it to end.
 */
export const IN = "in";
export const OUT = "out";
export const STOP = "stop";
export const SCRIPT = "script";
export const OWN: ReadonlySet<string> = new Set([IN, OUT, STOP, SCRIPT, "stdout", "stderr"]);
