/** What of an error travels, and how an error is made of it on the other side. */
import { types } from "node:util";
import * as errors from "../errors.ts";

/** Type, name, message and stack; what every error has. */
export type ErrorHead = readonly [type: string, name: string, message: string, stack: string];

/** The rest; in it may be anything that can travel, the error itself among it. */
export interface ErrorRest {
  readonly own: Record<string, unknown>;
  readonly hidden: Record<string, unknown>;
}

const BUILT_IN: Readonly<Record<string, ErrorConstructor>> = {
  AggregateError: AggregateError as unknown as ErrorConstructor,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};
const HEDDLE = "heddle:";
/** Properties that have a place of their own. */
const APART: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors", "unsent"]);

export function isError(value: unknown): value is Error {
  if (types.isNativeError(value)) return true;
  try {
    return value instanceof Error;
  } catch {
    return false; // A proxy that answers nothing.
  }
}

/** The fields of one error, read once. Reading never throws. */
export class ErrorFields {
  readonly head: ErrorHead;
  readonly rest: ErrorRest = { own: {}, hidden: {} };
  readonly #unsent: string[] = [];

  constructor(error: object) {
    const name = textOf(error, "name", "Error");
    const message = textOf(error, "message", "");
    this.head = [typeOf(error), name, message, textOf(error, "stack", `${name}: ${message}`)];
    for (const key of keysOf(error)) if (!APART.has(key)) this.#read(error, key, this.rest.own);
    for (const key of hiddenKeys(error))
      if (!Object.hasOwn(this.rest.own, key)) this.#read(error, key, this.rest.hidden);
    const unsent = tryGet(error, "unsent");
    if (Array.isArray(unsent)) this.#unsent.push(...unsent.filter(part => typeof part === "string"));
    this.#note();
  }

  /** Drops and names the parts in which `obstacle` finds something that cannot travel. */
  keep(obstacle: (value: unknown, key: string) => string | null): void {
    for (const group of [this.rest.hidden, this.rest.own]) {
      for (const [key, value] of Object.entries(group)) {
        if (key === "errors" && Array.isArray(value)) {
          define(
            group,
            key,
            value.map((member, i) => this.#kept(obstacle(member, key), `errors[${i}]`, member)),
            true,
          );
          continue;
        }
        const found = obstacle(value, key);
        if (found === null) continue;
        this.#unsent.push(`${key}: ${found}`);
        delete group[key];
      }
    }
    this.#note();
  }

  /** The parts to look into. */
  parts(): [key: string, value: unknown][] {
    return [...Object.entries(this.rest.own), ...Object.entries(this.rest.hidden)];
  }

  #kept(found: string | null, key: string, value: unknown): unknown {
    if (found === null) return value;
    this.#unsent.push(`${key}: ${found}`);
    return undefined;
  }

  #read(error: object, key: string, into: Record<string, unknown>): void {
    try {
      const value: unknown = Reflect.get(error, key);
      if (value !== undefined || Object.hasOwn(error, key)) define(into, key, value, true);
    } catch {
      this.#unsent.push(`${key}: unreadable`);
    }
  }

  #note(): void {
    if (this.#unsent.length > 0) define(this.rest.own, "unsent", [...this.#unsent], true);
  }
}

/** An error that has its class, message and stack, and waits for the rest. */
export function reviveHead([type, name, message, stack]: ErrorHead): Error {
  if (type === "DOMException") {
    const exception = new DOMException(message, name);
    define(exception, "stack", stack, false);
    return exception;
  }
  const error = type === "AggregateError" ? new AggregateError([], message) : new Error(message);
  const prototype = prototypeOf(type);
  if (prototype !== null) Object.setPrototypeOf(error, prototype);
  define(error, "stack", stack, false);
  if (error.name !== name || type.startsWith(HEDDLE)) define(error, "name", name, false);
  return error;
}

export function reviveRest(error: Error, { own, hidden }: ErrorRest): void {
  for (const [key, value] of Object.entries(hidden)) define(error, key, value, false);
  for (const [key, value] of Object.entries(own)) define(error, key, value, true);
}

export function setStack(error: Error, stack: string): void {
  try {
    define(error, "stack", stack, false);
  } catch {
    // A frozen error keeps the stack that its decoder gave it.
  }
}

function prototypeOf(type: string): object | null {
  if (!type.startsWith(HEDDLE)) return BUILT_IN[type]?.prototype ?? null;
  const code = type.slice(HEDDLE.length);
  const name = Object.hasOwn(errors.catalogue, code) ? errors.catalogue[code as errors.ErrorCode].name : "";
  const found: unknown = Reflect.get(errors, name);
  return typeof found === "function" ? (found.prototype as object) : errors.HeddleError.prototype;
}

function typeOf(error: object): string {
  const code = tryGet(error, "code");
  if (error instanceof errors.HeddleError || error instanceof errors.UnobservedFailuresError)
    return HEDDLE + String(code);
  if (error instanceof DOMException) return "DOMException";
  // By name, as errors of other realms have classes of their own.
  for (let at: object | null = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    const name: unknown = Object.hasOwn(at, "constructor") ? at.constructor?.name : undefined;
    if (typeof name === "string" && Object.hasOwn(BUILT_IN, name)) return name;
  }
  return "Error";
}

// Properties that matter although they are not enumerable or not the error's own.
function hiddenKeys(error: object): string[] {
  if (error instanceof DOMException) return Object.hasOwn(error, "cause") ? ["cause"] : [];
  const keys = ["cause", "errors"].filter(key => Object.hasOwn(error, key));
  if (["string", "number"].includes(typeof tryGet(error, "code"))) keys.push("code");
  if (typeOf(error).startsWith(HEDDLE)) keys.push("short", "remedy", "root");
  return keys;
}

function keysOf(error: object): string[] {
  try {
    return Object.keys(error);
  } catch {
    return [];
  }
}

function tryGet(error: object, key: string): unknown {
  try {
    return Reflect.get(error, key) as unknown;
  } catch {
    return undefined;
  }
}

function textOf(error: object, key: string, otherwise: string): string {
  try {
    const value: unknown = Reflect.get(error, key);
    return value === undefined || value === null ? otherwise : String(value);
  } catch {
    return otherwise;
  }
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}
