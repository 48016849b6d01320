/** Runs the programs of `programs.ts` and remembers what they made. */
import {
  all,
  allowFailure,
  asCompleted,
  type Future,
  flow,
  type HeddleEvent,
  type Runner,
  startRun,
  unmapped,
} from "heddle";
import { numbers, quick, total, type WorkSpec, work } from "../fixtures/graphs/tasks.mjs";
import type { Line, Program, Spec } from "./programs.ts";

/** What the program made: a call, a list, or a future of others; what it should have become is worked out afterwards. */
export interface Made {
  readonly kind: "call" | "flow" | "list" | "derived";
  readonly label: string;
  readonly future: Handle;
  readonly parent: Body | null;
  /** What it cannot do without; all of them count as seen when it is. */
  readonly inputs: readonly Made[];
  /** Whether a failure of its inputs is none of its own. */
  readonly tolerant: boolean;
  readonly spec: Spec | null;
  /** The value, worked out plainly from those of its inputs. */
  readonly expected: () => unknown;
  /** The flow that it is, of a flow. */
  readonly body: Body | null;
  observed: boolean;
  cancelAsked: boolean;
}

/** One execution of a flow. */
export interface Body {
  readonly program: Program;
  readonly parent: Body | null;
  readonly made: Made[];
  returned: readonly Made[];
  finished: boolean;
}

/** A future as the run has it; `value` does not count as looking. */
export type Handle = Future<unknown> & { readonly value: unknown };

export interface Outcome {
  readonly root: Body;
  readonly result: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };
  readonly events: readonly HeddleEvent[];
  readonly bodies: readonly Body[];
}

const bodies = new Map<number, Body>();
let keys = 0;

const conducted = flow("conducted", (key: number, ..._inputs: unknown[]) => conduct(bodies.get(key)!));

export async function execute(program: Program, runner: Runner): Promise<Outcome> {
  const root: Body = newBody(program, null);
  const key = keys++;
  bodies.set(key, root);
  const events: HeddleEvent[] = [];
  const target = conducted.with({ onError: program.goesOn ? "continue" : "stop" });
  const { result } = startRun(target, [key], {
    runner,
    quiet: true,
    readers: [batch => void events.push(...batch)],
  });
  const ended = await result.then(
    value => ({ ok: true as const, value }),
    error => ({ ok: false as const, error: error as Error }),
  );
  bodies.clear();
  return { root, result: ended, events, bodies: allBodies(root) };
}

function allBodies(body: Body): Body[] {
  return [body, ...body.made.flatMap(made => (made.body === null ? [] : allBodies(made.body)))];
}

function newBody(program: Program, parent: Body | null): Body {
  return { program, parent, made: [], returned: [], finished: false };
}

async function conduct(body: Body): Promise<unknown> {
  for (const line of body.program.lines) await take(body, line);
  if (body.program.throws) throw new Error("the flow threw");
  body.returned = chosen(body, body.program.returns);
  for (const made of body.returned) made.observed = true;
  body.finished = true;
  return { parts: body.returned.map(made => made.future) };
}

function chosen(body: Body, refs: readonly number[]): Made[] {
  const { made } = body;
  return made.length === 0 ? [] : refs.map(ref => made[ref % made.length]!);
}

type About = Pick<Made, "kind" | "label" | "inputs" | "expected"> & Partial<Made>;

function remember(body: Body, future: unknown, about: About): Made {
  const made: Made = {
    tolerant: false,
    spec: null,
    body: null,
    observed: false,
    cancelAsked: false,
    parent: body,
    future: future as Handle,
    ...about,
  };
  body.made.push(made);
  return made;
}

let ids = 0;

async function take(body: Body, line: Line): Promise<void> {
  const inputs = "refs" in line ? chosen(body, line.refs) : "ref" in line ? chosen(body, [line.ref]) : [];
  const [one] = inputs;
  if (line.op === "work") {
    const { spec, shape } = line;
    const id = ids++;
    const used = shape === 0 ? inputs.slice(0, 1) : inputs;
    const expected = () => ({ sum: id + total(shaped(used, shape, resultOf)) });
    const future = call(spec, id)(shaped(used, shape, made => made.future));
    remember(body, future, { kind: "call", label: `work ${id}`, inputs: used, spec, expected });
  } else if (line.op === "after") {
    const { spec } = line;
    const id = ids++;
    const after = inputs.map(made => made.future);
    const future = call(spec, id, after)(0);
    remember(body, future, { kind: "call", label: `after ${id}`, inputs, spec, expected: () => ({ sum: id }) });
  } else if (line.op === "map") {
    const specs = line.specs.map(spec => ({ ...workSpec(spec), spec }));
    const more = one === undefined ? 5 : one.future;
    const list = work.with({ retries: 1 }).map(specs, unmapped(more));
    rememberList(body, list, line.specs.length, [], index => ({
      inputs: one === undefined ? [] : [one],
      spec: { ...line.specs[index]!, retries: 1 },
      expected: () => ({ sum: specs[index]!.id + (one === undefined ? 5 : total(resultOf(one))) }),
    }));
  } else if (line.op === "mapFuture") {
    const source = remember(body, numbers.submit(line.count, line.fails), {
      kind: "call",
      label: "numbers",
      inputs: [],
      spec: { fails: line.fails ? 1 : 0, ticks: 0, retries: 0, direct: false },
      expected: () => Array.from({ length: line.count }, (_, id) => ({ id, fails: 0, ticks: 0 })),
    });
    rememberList(body, quick.map(source.future as Future<WorkSpec[]>), line.count, [source], index => ({
      inputs: [source],
      spec: null,
      expected: () => ({ sum: index }),
    }));
  } else if (line.op === "mapList") {
    if (one?.kind !== "list") return;
    const about = workSpec(line.spec);
    const sources = elements.get(one)!;
    const list = work.with({ retries: line.spec.retries }).map(unmapped(about), one.future as Future<unknown[]>);
    rememberList(body, list, sources.length, [one], index => ({
      inputs: [sources[index]!],
      spec: line.spec,
      expected: () => ({ sum: about.id + total(resultOf(sources[index]!)) }),
    }));
  } else if (line.op === "flow") {
    const key = keys++;
    const inner = newBody(line.body, body);
    bodies.set(key, inner);
    const target = conducted.with({ onError: line.body.goesOn ? "continue" : "stop" });
    const futures = inputs.map(made => made.future);
    const future = line.direct ? target(key, ...futures) : target.submit(key, ...futures);
    const expected = () => ({ parts: inner.returned.map(resultOf) });
    remember(body, future, { kind: "flow", label: `flow ${key}`, inputs, body: inner, expected });
  } else if (line.op === "cancel") {
    if (one !== undefined) cancel(one);
  } else if (line.op === "look") {
    if (one !== undefined) await look(one, line.how);
  } else if (line.op === "all") {
    const future = all(inputs.map(made => made.future));
    remember(body, future, { kind: "derived", label: "all", inputs, expected: () => inputs.map(resultOf) });
  } else if (line.op === "allow") {
    for (const made of inputs) made.observed = true;
    const future = allowFailure(inputs.map(made => made.future));
    const expected = () => inputs.map(outcomeOf);
    remember(body, future, { kind: "derived", label: "allowFailure", inputs, tolerant: true, expected });
  } else if (line.op === "part") {
    if (one?.kind !== "call" || one.label === "numbers") return;
    const future = (one.future as Future<{ sum: number }>).get(line.bad ? ("no" as "sum") : "sum");
    const expected = () => (line.bad ? undefined : (resultOf(one) as { sum: number }).sum);
    const label = line.bad ? "bad part" : "part";
    remember(body, future, { kind: "derived", label, inputs: [one], expected });
  } else await new Promise(resolve => setImmediate(resolve));
}

function workSpec(spec: Spec): WorkSpec {
  return { id: ids++, fails: spec.fails, ticks: spec.ticks };
}

function call({ fails, ticks, retries, direct }: Spec, id: number, after?: readonly Handle[]) {
  const about = { id, fails, ticks };
  const target = (ticks === 0 ? quick : work).with({ retries, ...(after === undefined ? {} : { after }) });
  return (given: unknown) => (direct ? target(about, given) : target.submit(about, given));
}

/** The elements of each list. */
export const elements = new WeakMap<Made, readonly Made[]>();

function rememberList(
  body: Body,
  list: { at(index: number): Future<unknown> | undefined },
  length: number,
  sources: readonly Made[],
  element: (index: number) => Pick<Made, "inputs" | "spec" | "expected">,
): void {
  // The handles of elements are asked for at the end only, as most programs would.
  const parts = Array.from({ length }, (_, index): Made => {
    const made: Made = {
      kind: "call",
      label: `element ${index}`,
      parent: body,
      tolerant: false,
      body: null,
      observed: false,
      cancelAsked: false,
      ...element(index),
      get future() {
        return list.at(index) as Handle;
      },
    };
    return made;
  });
  const expected = () => parts.map(resultOf);
  const made = remember(body, list, { kind: "list", label: "list", inputs: [...parts, ...sources], expected });
  elements.set(made, parts);
}

export function resultOf(made: Made): unknown {
  return made.future.value;
}

function outcomeOf(made: Made): unknown {
  const { error } = made.future;
  return error === undefined ? { ok: true, value: resultOf(made) } : { ok: false, error };
}

function shaped(inputs: readonly Made[], shape: number, part: (made: Made) => unknown): unknown {
  const parts = inputs.map(part);
  if (shape === 0) return parts[0] ?? 3;
  if (shape === 1) return parts;
  if (shape === 2) return { deep: { parts } };
  if (shape === 3) return new Map(parts.map((one, at) => [at, one]));
  return [new Set(parts), 4];
}

function cancel(made: Made): void {
  made.cancelAsked = true;
  if (made.kind === "list") for (const element of elements.get(made)!) element.cancelAsked = true;
  if (made.kind === "derived") for (const input of made.inputs) cancel(input);
  else made.future.cancel("the program said so");
}

async function look(made: Made, how: number): Promise<void> {
  const { future } = made;
  if (how === 6) {
    future.onDone(() => {});
    return;
  }
  made.observed = true;
  if (how === 0) await future.catch(() => {});
  else if (how === 1) await future.settled();
  else if (how === 2) await future.wait();
  else if (how === 3) void future.then(undefined, () => {});
  else if (how === 4) void future.settled();
  else if (how === 5) await future.result().catch(() => {});
  else for await (const _ of asCompleted([future]));
}
