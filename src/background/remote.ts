/** Calls of runs that are executed elsewhere: what a runner hands over of them, by task, and what workers make of that. */
import { readFrame } from "../codec/whole-frame.ts";
import { ProtocolError } from "../errors.ts";
import { bytesOf } from "../workers/envelope.ts";
import { CALL, PLACED, TASK } from "../workers/protocol.ts";
import { lengthOfStamps } from "../workers/travel/stamps.ts";

/** No task's identity begins with it: a file's name holds no slash, and a package's no space. */
const MARK = "calls of /";
/** The same, of which the run gives the code to those who ask. */
const WITH_CODE = "calls with code of /";
/** A batch is the envelope of one call with more calls behind it: where it says which task it is, and where calls begin. */
const [OPERATION, IDENTITY, MODULE, CALLS] = [2, 4, 6, 9];
/** Where a call says what is told of it, and how long its inputs are; and how long it is itself. */
const [FLAGS, LENGTH, HEAD] = [5, 6, 7];

/** The identity of the jobs that are calls of this task. */
export function callOf(identity: string, withCode = false): string {
  return (withCode ? WITH_CODE : MARK) + identity;
}

/** Whether such a job is calls whose run gives their code. */
export function hasCode(identity: string): boolean {
  return identity.startsWith(WITH_CODE);
}

/** The task of which such a job is calls; null for other jobs. */
export function calledBy(identity: string): string | null {
  const mark = [MARK, WITH_CODE].find(each => identity.startsWith(each));
  return mark === undefined ? null : identity.slice(mark.length);
}

/**
 * The calls of a batch, each as `execute` takes it, of the task as this process knows it: other machines have other paths.
 * Without a module it is that of the run.
 */
export function callsIn(
  bytes: Uint8Array,
  { identity, module }: { readonly identity: string; readonly module?: string | null },
): Uint8Array[] {
  const wire = readFrame(bytes, "a run");
  // Calls come as those of the task that they are of.
  if (wire[OPERATION] !== TASK || wire[IDENTITY] !== identity) {
    throw new ProtocolError({
      from: "a run",
      problem: `calls of ${String(wire[IDENTITY])} came as those of ${identity}`,
    });
  }
  if (module !== undefined) wire[MODULE] = module;
  const head = wire.slice(0, CALLS);
  const calls: Uint8Array[] = [];
  for (let at = CALLS; at < wire.length; ) {
    if (wire[at] !== CALL) throw new ProtocolError({ from: "a run", problem: "something among the calls is none" });
    const placed = ((wire[at + FLAGS] as number) & PLACED) === 0 ? 0 : 1;
    const behind = at + HEAD + (wire[at + LENGTH] as number) + placed;
    const end = behind + lengthOfStamps(wire, behind);
    calls.push(bytesOf([...head, ...wire.slice(at, end)]));
    at = end;
  }
  return calls;
}
