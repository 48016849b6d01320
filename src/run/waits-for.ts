import { isTerminal, PENDING, RETRYING, RUNNING } from "../graph/states.ts";
import type { Call } from "./call.ts";
import type { FutureBase } from "./future.ts";
import type { Cause } from "./limits/causes.ts";
import type { Run } from "./run.ts";

/** What a call waits for, in words, as it is now: inputs by their ids, labels, rates, a worker. */
export function waitsFor(run: Run, call: Call): readonly string[] {
  const { node } = call;
  const { scheduler } = run;
  if (node < 0 || call.failure !== null || run.settings.nested !== undefined) return [];
  const state = scheduler.graph.stateOf(node);
  if (isTerminal(state)) return [];
  if (state === PENDING)
    return inputsOf(call)
      .filter(each => !each.isSettled)
      .map(each => each.id);
  if (state === RETRYING) return ["its next attempt"];
  if (run.gate?.holds(call) === true) return [run.gate.awaitedBy(call)];
  if (state === RUNNING && !scheduler.isWaiting(node) && !scheduler.wantsToGoOn(node)) {
    return scheduler.isHeldUp(node) ? ["calls of its own"] : [];
  }
  return scheduler.causes(node).map(cause => inWords(cause, run));
}

function inputsOf({ inputs, spec }: Call): readonly FutureBase[] {
  const { after = [] } = spec.options;
  return [...(inputs?.futures ?? []), ...(after as unknown as readonly FutureBase[])];
}

function inWords(cause: Cause, { limits }: Run): string {
  if (cause.why === "label") {
    const { label, used, amount, lent } = cause;
    return `label ${limits.nameOf(label)}: ${used} of ${amount} in use${lent ? ", which a call around it lends" : ""}`;
  }
  if (cause.why === "share") {
    const { label, used, amount } = cause;
    return `label ${limits.nameOf(label)}: ${used} of ${amount} in use, also by other runs`;
  }
  if (cause.why === "rate") return `rate of ${limits.nameOf(cause.label)}: ${cause.count} per ${shortly(cause.per)}`;
  return { worker: "a free worker", loan: "what it has lent", turn: "its turn" }[cause.why];
}

function shortly(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
