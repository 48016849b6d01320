import { OptionError } from "../errors.ts";

/** How the instances of one class travel between workers. */
export interface Serializer<T, E> {
  /** Names the class in messages between processes: keep it when you rename the class. */
  readonly name: string;
  /** Gives a value that can travel: plain data, or instances of other classes with serializers. */
  readonly encode: (value: T) => E;
  /** Makes an instance of what `encode` gave. */
  readonly decode: (encoded: E) => T;
}

/** A class, also an abstract one or one with a private constructor. */
export interface ClassOf<T> {
  readonly prototype: T;
  readonly name: string;
}

export interface Registered {
  readonly name: string;
  readonly Class: ClassOf<unknown>;
  encode(value: unknown): unknown;
  decode(encoded: unknown): unknown;
}

interface Table {
  readonly byName: Map<string, Registered>;
  readonly byPrototype: Map<unknown, Registered>;
}

// One table for all copies of heddle in the process: the user's module and the worker may have loaded different ones.
const KEY = Symbol.for("heddle.serializers.1");
const holder = globalThis as { [KEY]?: Table };
holder[KEY] ??= { byName: new Map(), byPrototype: new Map() };
const table: Table = holder[KEY];

const OWN: readonly unknown[] = [Object, Array, Map, Set, Date, RegExp, Error, ArrayBuffer, Promise, URL];

/**
 * Lets instances of a class travel: as inputs, results, parts of them, and thrown errors.
 *
 * Both sides need the registration, so write it in the module of the class: workers import it with the task.
 * It counts for that very class; a subclass needs its own. Instances that contain themselves cannot travel.
 *
 * @throws OptionError if the name or the class is taken already.
 * @example
 * class Money {
 *   constructor(readonly amount: bigint, readonly currency: string) {}
 * }
 * registerSerializer(Money, {
 *   name: "Money",
 *   encode: money => [money.amount, money.currency] as const,
 *   decode: ([amount, currency]) => new Money(amount, currency),
 * });
 */
export function registerSerializer<T, E>(Class: ClassOf<T>, serializer: Serializer<T, E>): void {
  const { name, encode, decode } = serializer;
  if (typeof (Class as unknown) !== "function" || OWN.includes(Class)) {
    throw problem("the first argument must be a class of your own", "Give the class whose instances should travel.");
  }
  if (typeof name !== "string" || name === "" || typeof encode !== "function" || typeof decode !== "function") {
    throw problem(
      `the serializer of ${Class.name} needs a name, encode and decode`,
      "Give a name that is not empty, and two functions.",
    );
  }
  const namesake = table.byName.get(name);
  if (namesake !== undefined && namesake.Class !== Class) {
    throw problem(
      `the name "${name}" is taken by another class (${namesake.Class.name})`,
      "Give each class a name of its own; register a class once, in its own module.",
    );
  }
  const other = table.byPrototype.get(Class.prototype);
  if (other !== undefined && other.name !== name) {
    throw problem(`the class ${Class.name} has the serializer "${other.name}" already`, "Register it once.");
  }
  const registered = { name, Class, encode, decode } as unknown as Registered;
  table.byName.set(name, registered);
  table.byPrototype.set(Class.prototype, registered);
}

export function serializerOf(prototype: object | null): Registered | undefined {
  return table.byPrototype.size === 0 ? undefined : table.byPrototype.get(prototype);
}

export function serializerNamed(name: string): Registered | undefined {
  return table.byName.get(name);
}

function problem(text: string, hint: string): Error {
  return new OptionError({ where: "registerSerializer", problem: text, hint });
}
