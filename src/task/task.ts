import { DuplicateTaskError, NoFlowError, OptionError, TaskNameError } from "../errors.ts";
import type { AnyOptions, Definition } from "./definition.ts";
import { identityOf } from "./identity.ts";
import { callerOf, type Location } from "./location.ts";
import { checkOptions } from "./options.ts";
import { park } from "./park.ts";
import { port, type Scope } from "./port.ts";
import { shared } from "./shared.ts";
import type { Flow, FlowOptions, Future, Resolved, Task, TaskFunction, TaskOptions } from "./types.ts";

const DEFINITION = Symbol.for("heddle.definition.1");

type AnyFunction = (...args: never[]) => unknown;
type Parts = readonly [string, AnyOptions, AnyFunction];

/**
 * Marks a function as a task: a unit that is scheduled, retried and shown under its name.
 *
 * @throws TaskNameError without a name; DuplicateTaskError for a second task of that name in the module; OptionError.
 * @example
 * const square = task("square", (n: number) => n * n);
 * await run(() => square.map([1, 2, 3])); // [1, 4, 9]
 */
export function task<A extends readonly unknown[], R>(fn: TaskFunction<A, R>): Task<A, R>;
export function task<A extends readonly unknown[], R>(name: string, fn: TaskFunction<A, R>): Task<A, R>;
export function task<A extends readonly unknown[], R>(
  name: string,
  options: TaskOptions<NoInfer<A>, NoInfer<R>>,
  fn: TaskFunction<A, R>,
): Task<A, R>;
export function task(...parts: unknown[]): unknown {
  return define("task", parts, callerOf(task));
}

/**
 * Marks a function as a flow: it calls tasks and other flows, and runs in the process that you start.
 *
 * A flow ends when every call it started has ended; what it returns has its futures resolved.
 *
 * @throws TaskNameError, DuplicateTaskError, OptionError as `task` does.
 * @example
 * const report = flow("report", (ns: number[]) => sum.submit(square.map(ns)));
 * await report([1, 2, 3]);
 */
export function flow<A extends readonly unknown[], R>(fn: TaskFunction<A, R>): Flow<A, Resolved<R>>;
export function flow<A extends readonly unknown[], R>(name: string, fn: TaskFunction<A, R>): Flow<A, Resolved<R>>;
export function flow<A extends readonly unknown[], R>(
  name: string,
  options: FlowOptions<NoInfer<A>, NoInfer<Resolved<R>>>,
  fn: TaskFunction<A, R>,
): Flow<A, Resolved<R>>;
export function flow(...parts: unknown[]): unknown {
  return define("flow", parts, callerOf(flow));
}

/** What a task or flow was defined as; undefined for anything else. */
export function definitionOf(value: unknown): Definition | undefined {
  if (typeof value !== "function") return undefined;
  return (Reflect.get(value, DEFINITION) as { definition: Definition } | undefined)?.definition;
}

/** The options of a task as it was made by `with`, or as defined. */
export function optionsOf(value: unknown): AnyOptions {
  if (typeof value !== "function") return {};
  return (Reflect.get(value, DEFINITION) as { options: AnyOptions } | undefined)?.options ?? {};
}

/** The identity of every flow without a name. */
export const UNNAMED = "#run";

/** A flow that no worker needs to find: it is not registered, and has no name of its own. */
export function unnamedFlow(options: unknown, fn: unknown): () => Future<unknown> {
  const [name, checked, body] = readParts("flow", ["run", options, fn], {
    module: null,
    where: "run(…)",
    inside: null,
  });
  checkOptions("flow", name, checked, false);
  const definition: Definition = {
    kind: "flow",
    name,
    identity: UNNAMED,
    options: checked,
    fn: body,
    module: null,
    where: "run(…)",
    inside: null,
  };
  return handle(definition, checked) as () => Future<unknown>;
}

function define(kind: "task" | "flow", parts: unknown[], location: Location): unknown {
  const [name, options, fn] = readParts(kind, parts, location);
  checkOptions(kind, name, options, false);
  const identity = identityOf(location.module, name);
  const definition: Definition = { kind, name, identity, options, fn, ...location };
  register(definition);
  return handle(definition, options);
}

function readParts(kind: "task" | "flow", parts: unknown[], location: Location): Parts {
  const fn = parts[parts.length - 1];
  const name = parts.length === 1 && typeof fn === "function" ? fn.name : parts[0];
  if (typeof name !== "string" || name.trim() === "")
    throw new TaskNameError({ kind, where: location.where, rest: "fn" });
  if (typeof fn !== "function") {
    throw new OptionError({
      where: `${kind} "${name}"`,
      problem: "the last argument is not a function",
      hint: `Write ${kind}("${name}", fn) or ${kind}("${name}", { … }, fn).`,
    });
  }
  return [name, (parts.length > 2 ? parts[1] : {}) as AnyOptions, fn as AnyFunction];
}

function register(definition: Definition): void {
  const known = shared.definitions.get(definition.identity);
  if (known !== undefined && definition.module !== null && !mayReplace(known, definition)) {
    throw new DuplicateTaskError({
      name: definition.name,
      module: definition.module,
      first: known.where,
      second: definition.where,
    });
  }
  shared.definitions.set(definition.identity, definition);
}

/** Test runners evaluate a module again in the same process; elsewhere the same line twice is a loop. */
function mayReplace(known: Definition, definition: Definition): boolean {
  return underTestRunner() && known.where === definition.where;
}

export function underTestRunner(): boolean {
  const { env } = process;
  return ["VITEST", "JEST_WORKER_ID", "NODE_TEST_CONTEXT"].some(name => env[name] !== undefined);
}

/** The callable that users hold. */
function handle(definition: Definition, options: AnyOptions): unknown {
  const { name, kind } = definition;
  function call(...inputs: unknown[]): unknown {
    const scope = surroundings();
    if (scope === "none") return port.start!(definition, options, inputs);
    return scope === "parked" ? parkedAt(name, "", call) : scope.submit(definition, options, inputs, true);
  }
  function submit(...inputs: unknown[]): unknown {
    const scope = surroundings();
    if (scope === "none") throw new NoFlowError({ call: `${name}.submit(…)`, task: name });
    return scope === "parked" ? parkedAt(name, ".submit", submit) : scope.submit(definition, options, inputs, false);
  }
  function map(...each: unknown[]): unknown {
    const scope = surroundings();
    if (scope === "none") throw new NoFlowError({ call: `${name}.map(…)`, task: name });
    return scope === "parked" ? parkedAt(name, ".map", map) : scope.map(definition, options, each);
  }
  function withOptions(more: AnyOptions): unknown {
    checkOptions(kind, name, more, true);
    return handle(definition, { ...options, ...more, ...delayOf(options, more) });
  }
  function delay(...inputs: unknown[]): unknown {
    if (isParked()) return parkedAt(name, ".delay", delay);
    return port.delay!(definition, options, inputs);
  }
  const key = (...inputs: unknown[]) => port.cache!.key(definition, options, inputs);
  const clear = (...inputs: unknown[]) => port.cache!.clear(definition, options, inputs);
  const clearAll = () => port.cache!.clearAll(definition, options);
  function plan(...inputs: unknown[]): unknown {
    if (isParked()) return parkedAt(name, ".plan", plan);
    return port.cache!.plan(definition, options, inputs);
  }
  Object.defineProperty(call, "name", { value: name });
  Object.defineProperty(call, DEFINITION, { value: { definition, options } });
  const { identity, fn } = definition;
  const methods = { taskName: name, identity, fn, submit, map, delay, key, clear, clearAll, with: withOptions };
  return Object.assign(call, methods, kind === "flow" ? { plan } : {});
}

/** What belongs to `delay` are options like others: those not named stay as they were. */
function delayOf(before: AnyOptions, more: AnyOptions): Pick<AnyOptions, "delay"> {
  if (before.delay === undefined || more.delay === undefined) return {};
  return { delay: { ...before.delay, ...more.delay } };
}

function surroundings(): Scope | "none" | "parked" {
  const ambient = shared.ambient.getStore();
  if (ambient?.call !== undefined) return ambient.call.nest();
  if (ambient?.scope !== undefined) return ambient.scope;
  return isParked() ? "parked" : "none";
}

function isParked(): boolean {
  return shared.mode === "loading" && shared.ambient.getStore() === undefined;
}

function parkedAt(name: string, method: string, callee: AnyFunction): Future<never> {
  return park(`${name}${method}(…)`, callerOf(callee));
}
