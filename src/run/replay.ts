import type { Fact } from "./facts.ts";
import type { Scheduler } from "./scheduler.ts";

/** Tells a scheduler one fact of a journal. */
export function replay(scheduler: Scheduler, fact: Fact): void {
  if (fact.fact === "pool") scheduler.pool(fact.pool, fact.slots, fact.free, fact.exempt);
  else if (fact.fact === "limit") scheduler.limit(fact.label, fact.limit);
  else if (fact.fact === "demand") scheduler.demand(fact.needs);
  else if (fact.fact === "declared") scheduler.declare(fact.depth);
  else if (fact.fact === "defined") {
    const { node, pool, priority, inputs, demand, within } = fact;
    scheduler.define(node, pool, priority, inputs, inputs.length, demand, within);
  } else if (fact.fact === "joined") scheduler.joined(fact.node, fact.input);
  else if (fact.fact === "started") scheduler.started(fact.node, fact.at);
  else if (fact.fact === "waits") scheduler.waits(fact.node);
  else if (fact.fact === "resumes") scheduler.resumes(fact.node);
  else if (fact.fact === "settled") scheduler.settled(fact.node, fact.state);
  else if (fact.fact === "freed") scheduler.freed(fact.node);
  else if (fact.fact === "lost") scheduler.lost(fact.node);
  else if (fact.fact === "moved") scheduler.moved(fact.node, fact.pool);
  else if (fact.fact === "raised") scheduler.raised(fact.node, fact.priority);
  else if (fact.fact === "failedForNow") scheduler.failedForNow(fact.node, fact.retryAt);
  else if (fact.fact === "cancelled") scheduler.cancelled(fact.node);
  else if (fact.fact === "shareGranted") scheduler.shareGranted(fact.number);
  else if (fact.fact === "shareQueued") scheduler.shareQueued(fact.number, fact.lacking);
  else if (fact.fact === "shareHopeless") scheduler.shareHopeless(fact.number);
  else if (fact.fact === "pressed") scheduler.pressed(fact.on);
  else if (fact.fact === "clock") scheduler.clock(fact.now);
  else scheduler.decide();
}
