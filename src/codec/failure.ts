import { inspect } from "node:util";
import { ProtocolError, ThrownValueError } from "../errors.ts";
import { ErrorFields, isError } from "./errorfields.ts";
import { pack, unpack } from "./pack.ts";
import type { PackedValue } from "./packed.ts";
import { messageOf, type Subject } from "./uncloneable.ts";

/**
 * Encodes what a task threw. Never throws: what of an error cannot travel is left behind and named in its property
 * `unsent`. A value that is not an error becomes the cause of a `ThrownValueError`.
 */
export function packError(error: unknown, subject: Subject): PackedValue {
  try {
    return pack(isError(error) ? error : thrownValue(error, subject), subject);
  } catch (obstacle) {
    return pack(bare(error, `everything else: ${messageOf(obstacle).split("\n", 1)[0]}`), subject);
  }
}

/** The error that `packError` encoded. Never throws: one that cannot be read here becomes the error that says why. */
export function unpackError(packed: PackedValue): Error {
  let error: unknown;
  try {
    error = unpack(packed);
  } catch (obstacle) {
    return obstacle as Error;
  }
  if (isError(error)) return error;
  return new ProtocolError({ from: "the other side", problem: `in place of an error came ${inspect(error)}` });
}

/** Wraps a thrown value that is not an error. */
export function thrownValue(value: unknown, subject: Subject): Error {
  const shown = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 });
  const error = new ThrownValueError({ task: subject.task, value: shown }, { cause: value });
  // Where it was thrown is not known; where it was caught is inside heddle.
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

// For errors that even their own class, or V8, refuses to encode.
function bare(error: unknown, unsent: string): Error {
  const fields = new ErrorFields(isError(error) ? error : new Error("A value was thrown that cannot be shown"));
  const [, name, message, stack] = fields.head;
  const plain = new Error(message);
  Object.defineProperty(plain, "name", { value: name, configurable: true, writable: true });
  plain.stack = stack;
  return Object.assign(plain, { unsent: [unsent] });
}
