/** What a pipeline must give, by plain evaluation. */
import { digestOf, givenBy, type Value } from "../fixtures/chaos/values.mjs";
import { allCalls, type Call, type Round } from "./round.ts";

/** How a submission may end. */
export interface Expected {
  readonly id: string;
  /** What it gives if it ends well; null if it cannot. */
  readonly digest: string | null;
  /** Ends badly whatever happens, or may end badly, as it or what it takes may be cancelled. */
  readonly mayFail: boolean;
}

export function expectedOf({ calls, cancels }: Pick<Round, "calls" | "cancels">): Expected[] {
  const values: (Value | null)[] = [];
  const doubtful: boolean[] = [];
  const all: Expected[] = [];
  for (const [at, call] of calls.entries()) {
    const inputs = call.inputs.flatMap(input => values[input] ?? []);
    const isBad = call.bad || inputs.length < call.inputs.length;
    values.push(isBad ? null : evaluate(call, inputs));
    const digest = isBad ? null : digestOf(values[at]!);
    const inherited = call.inputs.some(input => doubtful[input]);
    doubtful.push(isBad || inherited || cancels.some(cancel => cancel.call === at));
    all.push({ id: call.id, digest, mayFail: doubtful[at]! });
    // Cancelling one of two equal calls leaves the other alone.
    if (call.twin) all.push({ id: `${call.id} again`, digest, mayFail: isBad || inherited });
  }
  return all;
}

function evaluate(call: Call, inputs: readonly Value[]): Value {
  const children: (Value | null)[] = [];
  for (const [at, child] of call.children.entries()) {
    const before = at === 0 || call.children[at - 1]!.bad ? [] : [children[at - 1]!];
    children.push(child.bad ? null : evaluate(child, before));
  }
  return givenBy(call, inputs, children);
}

/** The calls that a later run must take from the store, if an earlier one has ended well. */
export function keptCalls(round: Pick<Round, "calls" | "cancels" | "place">): ReadonlySet<string> {
  const sure = new Set(expectedOf(round).flatMap(({ id, mayFail }) => (mayFail ? [] : [id])));
  return new Set(
    round.calls.filter(({ id }) => sure.has(id)).flatMap(call => keptWithin(call, round.place !== "inline")),
  );
}

function keptWithin(call: Call, abroad: boolean): string[] {
  // What a task on a worker gives one of its calls from another has a key there that no other place gives it.
  const children = call.children.filter((_, at) => !abroad || call.kind === "group" || takesNothing(call, at));
  // What failed within is not kept, nor then what is around it.
  const isKept = call.cached && call.kind !== "group" && allCalls([call]).every(({ bad }) => !bad);
  return [...(isKept ? [call.id] : []), ...children.flatMap(child => keptWithin(child, abroad))];
}

function takesNothing({ children }: Call, at: number): boolean {
  return at === 0 || children[at - 1]!.bad;
}
