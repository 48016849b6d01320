/**
 * One attempt as opaque bytes, for places that heddle does not know: all that a worker needs to know of a call, and
 * all that it says of it.
 */
import { packError } from "../codec/failure.ts";
import { sealedFrame } from "../codec/frames.ts";
import { readFrame } from "../codec/whole-frame.ts";
import { CancelledError, ProtocolError } from "../errors.ts";
import type { Dispatch, Host } from "../task/runner.ts";
import { shared } from "../task/shared.ts";
import { installCapture } from "./capture.ts";
import { Execution, execute as run } from "./execute.ts";
import { FarEnd } from "./far-end.ts";
import { readInputs } from "./inputs.ts";
import { Loader } from "./load.ts";
import { type Address, CALL, ENDED, FAILED, PLACED, TASK, UNREACHABLE, writeCall, writeTask } from "./protocol.ts";
import { WireReporter } from "./reporter.ts";
import { type Ask, AwayFiles } from "./travel/away.ts";
import type { Lending } from "./travel/lending.ts";
import { placeOfCode } from "./travel/sent-code.ts";
import type { TaskFunction } from "./turn.ts";

/** The attempt, its task's address and its inputs. */
export function seal(
  call: Dispatch,
  { runId, dirs }: Pick<Host, "runId" | "dirs">,
  lending: Lending | null = null,
): Uint8Array {
  const wire: unknown[] = [runId, dirs];
  writeTask(0, call.task, wire);
  writeCall(1, 0, call, wire);
  lending?.say(wire, CALL_AT);
  return bytesOf(wire);
}

const loader = new Loader();
let capturing = false;

export interface ExecuteOptions {
  /** Aborted where the call is to be stopped. */
  readonly signal?: AbortSignal;
  /** Brings bytes to the `answer` that the runner was given, and back: for tasks that call tasks themselves. */
  readonly ask?: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Executes one attempt that a runner of `defineRunner` handed over as bytes, and gives the bytes of its outcome, with
 * what the call printed. A task that fails is an outcome too; this rejects only for bytes that it cannot read.
 *
 * @example
 * // worker.js, on the far side
 * import { execute } from "heddle/worker";
 * process.on("message", async bytes => process.send(await execute(bytes)));
 */
export async function execute(bytes: Uint8Array, options: ExecuteOptions = {}): Promise<Uint8Array> {
  return executeWithin(null, bytes, options);
}

export interface WithinOptions extends ExecuteOptions {
  /** As `ask`, for files and code, which come soon: the call keeps its place meanwhile. */
  readonly askFor?: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** Whether the module of the task is asked for, if it is not here or another one. */
  readonly code?: boolean;
  /** Puts in their places the inputs that do not come with the call. */
  readonly bring?: (wire: unknown[], call: string) => Promise<void>;
  /** What it needs is there: resolves when its function may be called. */
  readonly begins?: () => Promise<void>;
  /** Puts away what is large of the result in what the call says at its end. */
  readonly keep?: (wire: unknown[], call: string, task: string) => Promise<void>;
}

/** The same for a worker's own call that stands for it: told to stop, that stops it. */
export async function executeWithin(
  within: Execution | null,
  bytes: Uint8Array,
  options: WithinOptions,
): Promise<Uint8Array> {
  const wire = readFrame(bytes, "a runner");
  const [runId, dirs, task, , identity, name, module, where, inside] = wire;
  const [operation, seq, , id, attempt, flags, length] = wire.slice(CALL_AT, INPUTS) as number[];
  if (task !== TASK || operation !== CALL) throw new ProtocolError({ from: "a runner", problem: "it is not a call" });
  const address = { identity, name, module, where, inside } as Address;
  prepare();
  const messages: unknown[] = [];
  const display = `${address.name}-${id}`;
  const keep = async (said: unknown[]) => options.keep?.(said, display, address.name);
  const far = new FarEnd(options.ask, messages, keep, options.askFor);
  const reporter = new WireReporter(
    wire => far.send(wire),
    () => ended(),
  );
  reporter.dirs = String(dirs);
  reporter.connected = options.ask !== undefined;
  let ended = () => {};
  let state = FAILED;
  try {
    await options.bring?.(wire, display);
    state = UNREACHABLE;
    const fn = await find(address, options.code === true ? far.files : null);
    const isPlaced = (flags! & PLACED) !== 0;
    const behind = INPUTS + length! + (isPlaced ? 1 : 0);
    const dir = isPlaced ? String(wire[behind - 1]) : null;
    const execution = new Execution(seq!, id!, address.name, attempt!, String(runId), reporter, { dir });
    follow(options.signal, execution);
    within?.leads(execution);
    const finished = new Promise<void>(resolve => {
      ended = resolve;
    });
    far.serve(execution, reporter);
    const begin = async () => {
      await options.begins?.();
      run(execution, fn, readInputs(wire, { at: INPUTS }));
    };
    await bring(far, reporter, execution, wire, behind).then(begin, error => execution.end(false, error, 0));
    await finished;
    within?.concludes();
  } catch (error) {
    reporter.fail(ENDED, [seq!, state, 0], packError(error, { task: address.name, role: "error" }));
  }
  await far.end();
  reporter.flush();
  await keep(messages);
  return bytesOf(messages);
}

/** Where the call begins: after the run's two entries and the task's seven; its inputs come after seven of its own. */
const CALL_AT = 9;
const INPUTS = 16;

/** Where modules are that were asked for. Each call asks itself: one that waited for another would keep its place from it. */
const placed = new Map<string, string>();

async function find(address: Address, ask: Ask | null): Promise<TaskFunction> {
  const { module } = address;
  if (ask === null || module === null || shared.definitions.has(address.identity)) return loader.find(address);
  const place = placed.get(module) ?? (await placeOfCode(module, ask, AT_ONCE));
  placed.set(module, place);
  return loader.find({ ...address, module: place });
}

/** In bytes: what goes to the coordinator or comes from it at once, through whatever is in between. */
const AT_ONCE = 1024 ** 2;

/** Has the files here that the inputs name, if the coordinator has said at `at` what they are, and can be asked. */
async function bring(far: FarEnd, reporter: WireReporter, { task }: Execution, wire: unknown[], at: number) {
  if (far.files === null) return;
  const files = new AwayFiles(far.files, AT_ONCE);
  files.hear(wire, at);
  reporter.files = files;
  await files.bring(task, wire, INPUTS);
}

function prepare(): void {
  if (capturing) return;
  capturing = true;
  shared.mode = "loading";
  installCapture("pass");
}

function follow(signal: AbortSignal | undefined, execution: Execution): void {
  if (signal === undefined) return;
  const abort = () => {
    const { reason } = signal;
    const words = reason instanceof Error ? reason.message : "it was told to stop";
    execution.abort(
      reason instanceof CancelledError ? reason : new CancelledError({ task: execution.id, reason: words }),
    );
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
}

export function bytesOf(wire: readonly unknown[]): Uint8Array {
  return new Uint8Array(Buffer.concat(sealedFrame(wire)));
}
