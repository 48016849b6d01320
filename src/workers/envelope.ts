/**
 * One attempt as opaque bytes, for places that heddle does not know: all that a worker needs to know of a call, and
 * all that it says of it.
 */
import { packError } from "../codec/failure.ts";
import { encodeFrame, FrameReader } from "../codec/frames.ts";
import { ProtocolError } from "../errors.ts";
import type { Dispatch } from "../task/runner.ts";
import { shared } from "../task/shared.ts";
import { installCapture } from "./capture.ts";
import { Execution, execute as run } from "./execute.ts";
import { readInputs } from "./inputs.ts";
import { Loader } from "./load.ts";
import { type Address, CALL, ENDED, TASK, UNREACHABLE, writeCall, writeTask } from "./protocol.ts";
import { WireReporter } from "./reporter.ts";

/** The attempt, its task's address and its inputs. */
export function seal(call: Dispatch, runId: string): Uint8Array {
  const wire: unknown[] = [runId];
  writeTask(0, call.task, wire);
  writeCall(1, 0, call, wire);
  return bytesOf(wire);
}

/** The message in some bytes. */
export function open(bytes: Uint8Array, from: string): unknown[] {
  let message: unknown[] | null = null;
  new FrameReader().push(bytes, wire => {
    message = wire;
  });
  if (message === null) throw new ProtocolError({ from, problem: `${bytes.length} bytes are no whole message` });
  return message;
}

const loader = new Loader();
let capturing = false;

/**
 * Executes one attempt that a runner of `defineRunner` handed over as bytes, and gives the bytes of its outcome, with
 * what the call printed. A task that fails is an outcome too; this rejects only for bytes that it cannot read.
 *
 * @example
 * // worker.js, on the far side
 * import { execute } from "heddle/worker";
 * process.on("message", async bytes => process.send(await execute(bytes)));
 */
export async function execute(bytes: Uint8Array, options: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
  const [runId, task, , identity, name, module, where, inside, operation, seq, , id, attempt] = open(bytes, "a runner");
  if (task !== TASK || operation !== CALL) throw new ProtocolError({ from: "a runner", problem: "it is not a call" });
  const address = { identity, name, module, where, inside } as Address;
  prepare();
  const messages: unknown[] = [];
  const reporter = new WireReporter(
    wire => void messages.push(...wire),
    () => ended(),
  );
  let ended = () => {};
  try {
    const fn = await loader.find(address);
    const execution = new Execution(Number(seq), Number(id), address.name, Number(attempt), String(runId), reporter);
    follow(options.signal, execution);
    const finished = new Promise<void>(resolve => {
      ended = resolve;
    });
    run(execution, fn, readInputs(open(bytes, "a runner"), { at: INPUTS }));
    await finished;
  } catch (error) {
    reporter.fail(ENDED, [Number(seq), UNREACHABLE, 0], packError(error, { task: address.name, role: "error" }));
  }
  reporter.flush();
  return bytesOf(messages);
}

/** Where the inputs begin: after the run, the task's seven entries and the call's seven. */
const INPUTS = 15;

function prepare(): void {
  if (capturing) return;
  capturing = true;
  shared.mode = "loading";
  installCapture("pass");
}

function follow(signal: AbortSignal | undefined, execution: Execution): void {
  if (signal === undefined) return;
  const abort = () => execution.abort(signal.reason instanceof Error ? signal.reason : new Error("cancelled"));
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
}

function bytesOf(wire: readonly unknown[]): Uint8Array {
  return new Uint8Array(Buffer.concat(encodeFrame(wire)));
}
