/** What the events of a run must hold to. */
import type { HeddleEvent } from "heddle";
import type { Limit } from "./round.ts";

/** What is wrong with the order of events; `ended`: the run came to its end. */
export function disorder(events: readonly HeddleEvent[], ended: boolean): string[] {
  const found: string[] = [];
  const submitted = new Set<number>();
  const over = new Set<number>();
  const end = (call: number) => {
    if (!submitted.has(call)) found.push(`call ${call} ends, and was not submitted`);
    if (over.has(call)) found.push(`call ${call} ends twice`);
    over.add(call);
  };
  for (const event of events) {
    if (event.type === "submitted") for (let i = 0; i < event.count; i++) submitted.add(event.first + i);
    else if (event.type === "started") {
      for (const call of event.calls) if (over.has(call)) found.push(`call ${call} starts after its end`);
    } else if (event.type === "completed" || event.type === "cached") event.calls.forEach(end);
    else if (event.type === "failed") end(event.call);
    else if (event.type === "retrying" && over.has(event.call))
      found.push(`call ${event.call} is retried after its end`);
  }
  if (!ended) return found;
  for (const call of submitted) if (!over.has(call)) found.push(`call ${call} has no end`);
  if (events.at(-1)?.type !== "runEnded") found.push(`the last event is ${events.at(-1)?.type}`);
  return found;
}

/** Where more calls with a label started in its time than its rate allows. */
export function haste(
  events: readonly HeddleEvent[],
  limits: Readonly<Record<string, Limit>>,
  has: (id: string, label: string) => boolean,
): string[] {
  const names = new Map(events.flatMap(event => (event.type === "named" ? [[event.call, event.name]] : [])));
  return Object.entries(limits).flatMap(([label, limit]) => {
    if (typeof limit === "number") return [];
    const starts = events.flatMap(event =>
      event.type === "started" ? event.calls.filter(call => has(names.get(call) ?? "", label)).map(() => event.at) : [],
    );
    const tight = starts.filter((at, i) => i >= limit.rate && at - starts[i - limit.rate]! < limit.per);
    return tight.map(at => `more than ${limit.rate} of ${label} start in ${limit.per} ms before ${at}`);
  });
}
