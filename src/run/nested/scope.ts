import { LabelDeadlockError } from "../../errors.ts";
import { type Call, idOf } from "../call.ts";
import type { Flight } from "../flight.ts";
import type { Run } from "../run.ts";
import { FlowScope } from "../scope.ts";

/** The scope of what the call of an attempt calls. */
export function nestedScope(run: Run, flight: Flight): FlowScope {
  const { spec, number } = flight.call;
  const execution = run.gate?.executions.nests(flight.call) ?? null;
  const { definition, scope } = spec;
  // Where its flow's calls run, unless they say otherwise: the task's own runner is for itself.
  const nested = new FlowScope(run, definition.name, {}, number, scope, execution, flight.node);
  if (flight.abandoned) nested.giveUp(`${idOf(flight.call)} has ended`);
  return nested;
}

/** Says who holds what a call can never get. */
export function deadlock(run: Run, call: Call): Error {
  const { limits, scheduler } = run;
  const { labels, holders } = scheduler.labels.lackingOf(call.node, scheduler.graph.poolOf(call.node));
  return new LabelDeadlockError({
    task: idOf(call),
    needs: labels.map(label => limits.nameOf(label)).join(" and "),
    holders:
      holders === null ? "calls of other runs" : holders.map(node => run.nameOf(node)).join(", ") || "calls that wait",
  });
}
