/** Calls of a plan that a list shows in one line: those of one task to which the same happens for the same reason. */
import type { Plan, PlanCall } from "../../graph/plan.ts";

export interface Group {
  readonly calls: readonly PlanCall[];
  readonly reason: string;
}

/** With more lines than this for one task, reasons are told in general: names of calls are left out. */
const MOST_LINES = 6;

export class Groups {
  readonly #children = new Map<string | null, PlanCall[]>();
  readonly #byId: ReadonlyMap<string, PlanCall>;
  readonly #needs = new Map<string, string[]>();

  constructor({ calls, edges }: Plan) {
    this.#byId = new Map(calls.map(call => [call.id, call]));
    for (const call of calls) {
      const parent = call.parent !== null && this.#byId.has(call.parent) ? call.parent : null;
      append(this.#children, parent, call);
    }
    for (const { from, to } of edges) append(this.#needs, to, from);
  }

  /** What a flow submits, inputs first, or what nothing submits; calls that are alike stand where the first does. */
  below(parent: string | null): Group[] {
    const calls = this.#inputsFirst(this.#children.get(parent) ?? []);
    const exact = this.#alike(calls, call => call.reason);
    const lines = new Map<string, number>();
    for (const { calls } of exact) {
      const name = nameOf(calls[0]!);
      lines.set(name, (lines.get(name) ?? 0) + 1);
    }
    const crowded = (call: PlanCall) => lines.get(nameOf(call))! > MOST_LINES;
    if (![...lines.values()].some(count => count > MOST_LINES)) return exact;
    return this.#alike(calls, call => (crowded(call) ? this.#inGeneral(call) : call.reason));
  }

  isParent({ id }: PlanCall): boolean {
    return this.#children.has(id);
  }

  /** The calls as they are, save that each stands after those among them that it needs. */
  #inputsFirst(calls: readonly PlanCall[]): PlanCall[] {
    const left = new Map(calls.map(call => [call.id, call]));
    const met = new Set<string>();
    const ordered: PlanCall[] = [];
    for (const { id: first } of calls) {
      // Not recursive, as chains may have any length. A call that is met again has its inputs before it.
      const open = [first];
      for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
        const call = left.get(id);
        if (call !== undefined && !met.has(id)) {
          met.add(id);
          const needed = (this.#needs.get(id) ?? []).filter(from => left.has(from) && !met.has(from));
          for (const from of needed.reverse()) open.push(from);
          continue;
        }
        open.pop();
        left.delete(id);
        if (call !== undefined) ordered.push(call);
      }
    }
    return ordered;
  }

  #alike(calls: readonly PlanCall[], reasonOf: (call: PlanCall) => string): Group[] {
    const groups = new Map<string, { calls: PlanCall[]; reason: string }>();
    for (const call of calls) {
      const reason = reasonOf(call);
      const likeness = this.isParent(call) ? call.id : JSON.stringify([nameOf(call), reason]);
      const found = groups.get(likeness);
      if (found === undefined) groups.set(likeness, { calls: [call], reason });
      else found.calls.push(call);
    }
    return [...groups.values()];
  }

  #inGeneral({ id, state, key, reason }: PlanCall): string {
    if (state !== "mayRun") return reason;
    if (key !== null) return "same call as another, which runs once for both";
    const needed = (this.#needs.get(id) ?? []).map(from => this.#byId.get(from));
    const tasks = new Set(needed.flatMap(call => (call === undefined || call.state === "hit" ? [] : [call.task])));
    return tasks.size === 0 ? reason : `needs what would run: ${[...tasks].join(", ")}`;
  }
}

function nameOf({ task, kind, state }: PlanCall): string {
  return `${state} ${kind} ${task}`;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
