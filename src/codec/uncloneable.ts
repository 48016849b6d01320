import { types } from "node:util";
import { UncloneableError } from "../errors.ts";

/** Whose value is packed, for messages. */
export interface Subject {
  readonly task: string;
  readonly role: "input" | "result" | "error";
  /** It goes to where this disk may not be seen: files among it have to be found without decoding it. */
  readonly travels?: boolean;
}

/** What a value is that cannot travel, and what to do about it. */
export interface Obstacle {
  readonly kind: string;
  readonly hint: string;
  readonly cause?: unknown;
}

export const WHAT = { input: "An input", result: "The result", error: "The error" } as const;

export function uncloneable(subject: Subject, path: string, obstacle: Obstacle): Error {
  const details = { what: WHAT[subject.role], task: subject.task, path, kind: obstacle.kind, hint: obstacle.hint };
  return new UncloneableError(details, "cause" in obstacle ? { cause: obstacle.cause } : undefined);
}

/** Names a value that cannot travel. */
export function obstacleOf(value: unknown, role: Subject["role"]): Obstacle {
  if (typeof value === "function") {
    const hint =
      role === "input" ? "Pass plain data; let the task import the function from a module." : "Give plain data.";
    return { kind: "a function", hint };
  }
  if (typeof value === "symbol" || types.isSymbolObject(value)) {
    return { kind: "a symbol", hint: "Pass a string in its place." };
  }
  if (types.isPromise(value)) return { kind: "a Promise", hint: awaited(role) };
  if (types.isSharedArrayBuffer(value)) return sharedMemory("a SharedArrayBuffer");
  if (ArrayBuffer.isView(value) && types.isSharedArrayBuffer(value.buffer)) {
    return sharedMemory("a view on a SharedArrayBuffer");
  }
  if (types.isWeakMap(value)) return { kind: "a WeakMap", hint: "Pass a Map of what the task needs." };
  if (types.isWeakSet(value)) return { kind: "a WeakSet", hint: "Pass a Set of what the task needs." };
  if (value instanceof WeakRef) return { kind: "a WeakRef", hint: "Pass what it refers to: ref.deref()." };
  if (types.isGeneratorObject(value)) {
    return { kind: "a generator", hint: "Pass an array of what it yields, such as [...generator]." };
  }
  if (isThenable(value)) return { kind: `a future or other promise (${className(value)})`, hint: awaited(role) };
  const name = className(value);
  if (name === "Object") {
    return {
      kind: "an object whose prototype is another object",
      hint: "Pass a plain object, such as { ...object }, or make it a class and call registerSerializer for it.",
    };
  }
  return {
    kind: `an instance of ${name}, which has no serializer`,
    hint: `Call registerSerializer(${name}, { name, encode, decode }) in the module of the class, or pass plain data.`,
  };
}

export const QUOTED_FUTURE: Obstacle = {
  kind: "a future inside quote(…)",
  hint: "quote passes its value untraversed: take the future out of it, or await it first.",
};

export function tooDeep(cause: unknown): Obstacle {
  return { kind: "nested too deeply to be encoded", hint: "Pass it as a flat list of its parts.", cause };
}

export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "an error without a readable message";
  }
}

function awaited(role: Subject["role"]): string {
  return role === "input"
    ? "Pass futures and promises to submit directly, outside quote(…): their values arrive."
    : "Await it first, and pass on its value.";
}

function sharedMemory(kind: string): Obstacle {
  return { kind, hint: "Pass shared(view), a view on it: threads then see one memory, and other places get copies." };
}

function isThenable(value: unknown): boolean {
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}

function className(value: unknown): string {
  try {
    const { constructor: Class } = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } };
    return typeof Class?.name === "string" && Class.name !== "" ? Class.name : "an unnamed class";
  } catch {
    return "an unnamed class";
  }
}

/** Carries the reason beside the error, for those who go on without the part. */
export class Blocked extends Error {
  readonly obstacle: Obstacle;
  readonly error: Error;

  constructor(obstacle: Obstacle, error: Error) {
    super(error.message);
    this.obstacle = obstacle;
    this.error = error;
  }
}
