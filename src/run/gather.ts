import { Quote } from "../codec/quote.ts";
import { shown } from "../config/shown.ts";
import { UsageError } from "../errors.ts";
import type { Future, Handle, Input, Outcome, Quoted, Resolved } from "../task/types.ts";
import { outcomesOf, wholeOf } from "./derived.ts";
import { FutureBase } from "./future.ts";
import { adopter, futuresIn } from "./inputs.ts";

const futureOf = adopter();

/**
 * One future of a structure of futures, which has their values in their places. Rejects at the first failure.
 *
 * @example
 * const both = all({ a: fetchPage.submit(x), b: fetchPage.submit(y) });
 */
export function all<const T>(structure: T): Future<Resolved<T>> {
  return wholeOf(structure, futuresIn(structure, futureOf), futureOf) as unknown as Future<Resolved<T>>;
}

/**
 * Lets a consumer run although what it takes failed: it receives the outcome, `{ ok: true, value }` or
 * `{ ok: false, error }`. In a structure each future becomes its outcome, and the shape is kept.
 *
 * @example
 * summarise.submit(allowFailure(fetchPage.submit(url)));
 */
export function allowFailure<T>(future: Handle<T>): Future<Outcome<T>>;
export function allowFailure<const T>(structure: T): Future<Outcomes<T>>;
export function allowFailure(structure: unknown): unknown {
  return outcomesOf(structure, futuresIn(structure, futureOf), futureOf);
}

/** A structure with each future replaced by its outcome. */
export type Outcomes<T> = T extends Handle<infer U> ? Outcome<U> : { -readonly [K in keyof T]: Outcomes<T[K]> };

/**
 * Passes a value to a task as it is, without looking for futures inside it.
 *
 * @example
 * store.submit(quote(hugeArrayWithoutFutures));
 */
export function quote<T>(value: T): Quoted<T> & Input<T> {
  return new Quote(value) as unknown as Quoted<T> & Input<T>;
}

/** The futures of an iterable, or of a list; throws for what is none. */
export function futuresOf(futures: Iterable<unknown>, where: string): FutureBase[] {
  return Array.from(futures, one => {
    if (one instanceof FutureBase) return one;
    throw new UsageError({
      problem: `${where}: ${shown(one)} is not a future`,
      hint: "Give what submit or map returned.",
    });
  });
}
