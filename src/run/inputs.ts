import { markOf } from "../codec/digest.ts";
import { FileMark } from "../codec/file.ts";
import { checkFiles, handedOver } from "../codec/handed-over.ts";
import { isPrimitive, pack, packInputs, type Subject, unpack, unpackInputs } from "../codec/pack.ts";
import type { PackedInputs, PackedValue, Primitive } from "../codec/packed.ts";
import { Quote } from "../codec/quote.ts";
import type { Room } from "../codec/room.ts";
import { collect, substitute } from "../codec/substitute.ts";
import { writeInputs } from "../workers/inputs.ts";
import { lent } from "../workers/lent.ts";
import { AdoptedFuture, isThenable } from "./adopted.ts";
import { fewInputs } from "./few-inputs.ts";
import { freeze } from "./freeze.ts";
import { FutureBase } from "./future.ts";
import { keptPacked } from "./kept.ts";

/** The inputs of one call, captured. */
export interface CallInputs {
  /** The futures among them. */
  readonly futures: readonly FutureBase[];
  /** All of them, if they were captured for elsewhere and are plain. */
  readonly plain: readonly Primitive[] | null;
  values(): unknown[];
  /** `shares`: whoever reads it shares this memory. */
  pack(wire: unknown[], shares: boolean): void;
  /** The call has ended, and no other goes on with what was sent for it: nobody reads it any more. */
  release(): void;
}

/** A value that many calls share, encoded once. */
export class Constant {
  readonly value: unknown;
  private bare: { readonly value: unknown } | null = null;
  private encoded: { readonly value: PackedValue } | null = null;
  private marked: string | null = null;

  constructor(value: unknown) {
    this.value = value;
  }

  get unquoted(): unknown {
    this.bare ??= { value: substitute(this.value, handedOver) };
    return this.bare.value;
  }

  /** The same, for a task as its input of this index. */
  handedTo(task: string, index: number): unknown {
    if (this.bare === null) checkFiles(this.value, { task, role: "input" }, `input ${index}`);
    return this.unquoted;
  }

  packed(subject: Subject, shares: boolean): PackedValue {
    const room = shares ? lent.room : null;
    this.encoded ??= { value: lent.hold(pack(this.value, subject, room)) };
    return this.encoded.value;
  }

  /** What stands for it in keys. */
  mark(task: string): string {
    this.marked ??= markOf(this.value, { task, role: "input" }, null).text;
    return this.marked;
  }
}

export type Slot = FutureBase | Constant;

const none: readonly FutureBase[] = [];

/** Inputs handed over as they are, to a place that shares this memory. */
class SharedInputs implements CallInputs {
  protected readonly given: unknown[];

  constructor(given: unknown[]) {
    this.given = given;
  }

  get futures(): readonly FutureBase[] {
    return none;
  }

  get plain(): null {
    return null;
  }

  values(): unknown[] {
    return this.given;
  }

  pack(): void {
    throw new Error("these inputs were captured for a runner that shares this memory");
  }

  release(): void {}
}

/** The same, with futures that stand for some of them as they are. */
class FlatInputs extends SharedInputs {
  override get futures(): readonly FutureBase[] {
    return directFutures(this.given);
  }

  /** Puts the values where the futures were: they are asked for when all have completed, and stay the same. */
  override values(): unknown[] {
    const { given } = this;
    for (let i = 0; i < given.length; i++) {
      const input = given[i];
      if (input instanceof FutureBase) given[i] = input.value;
    }
    return given;
  }
}

/** The same, with futures somewhere inside. */
class NestedInputs extends SharedInputs {
  private readonly found: readonly FutureBase[];
  private readonly futureOf: FutureOf;

  constructor(given: unknown[], found: readonly FutureBase[], futureOf: FutureOf) {
    super(given);
    this.found = found;
    this.futureOf = futureOf;
  }

  override get futures(): readonly FutureBase[] {
    return this.found;
  }

  override values(): unknown[] {
    return this.given.map(input => this.resolve(input));
  }

  private resolve(input: unknown): unknown {
    if (typeof input !== "object" || input === null) return input;
    return substitute(input, x => {
      const future = this.futureOf(x);
      return future === undefined ? handedOver(x) : { value: future.value };
    });
  }
}

/** Inputs encoded when they were captured; futures and constants among them are filled in when the call is sent. */
export class EncodedInputs implements CallInputs {
  readonly futures: readonly FutureBase[];
  readonly template: PackedInputs;
  protected readonly slots: readonly Slot[];
  protected readonly subject: Subject;

  constructor(template: PackedInputs, slots: readonly Slot[], subject: Subject) {
    this.template = template;
    this.slots = slots;
    this.subject = subject;
    this.futures = slots.some(isFuture) ? slots.filter(isFuture) : none;
  }

  get plain(): readonly Primitive[] | null {
    const { template } = this;
    return this.slots.length === 0 && arePlain(template) ? template : null;
  }

  /** Each time new ones: nobody else sees what is done to them. */
  values(): unknown[] {
    return unpackInputs(this.template, this.slots.map(liveSlot));
  }

  pack(wire: unknown[], shares: boolean): void {
    const { subject } = this;
    const slots = this.slots.map(slot => (slot instanceof Constant ? slot.packed(subject, shares) : keptPacked(slot)));
    writeInputs(this.template, slots, wire, shares);
  }

  release(): void {
    lent.release(this.template);
  }
}

export type FutureOf = (x: object) => FutureBase | undefined;

/** Finds the future that an object among inputs is, or stands for: plain promises are adopted. */
export function adopter(): FutureOf {
  const adopted = new WeakMap<object, FutureBase>();
  return x => {
    if (x instanceof FutureBase) return x;
    const known = adopted.get(x);
    if (known !== undefined) return known;
    if (!isThenable(x)) return undefined;
    const future = new AdoptedFuture(x);
    adopted.set(x, future);
    return future;
  };
}

export function futuresIn(value: unknown, futureOf: FutureOf): FutureBase[] {
  if (typeof value !== "object" || value === null) return [];
  const found: object[] = [];
  collect(value, x => futureOf(x) !== undefined, found);
  return found.map(x => futureOf(x)!);
}

/** Captures inputs as references; plain ones are frozen under `strict`, so that a later change throws where it happens. */
export function captureShared(given: unknown[], futureOf: FutureOf, strict: boolean, task: string): CallInputs {
  return given.every(isWhole) ? directInputs(given) : captureSearched(given, futureOf, strict, task);
}

/** A primitive value, or a future: what no future can be inside of. */
function isWhole(input: unknown): boolean {
  return typeof input !== "object" || input === null || input instanceof FutureBase;
}

function directInputs(given: unknown[]): CallInputs {
  return fewInputs(given) ?? new FlatInputs(given);
}

function captureSearched(given: unknown[], futureOf: FutureOf, strict: boolean, task: string): CallInputs {
  let nested: FutureBase[] | null = null;
  let replaced = false;
  let index = 0;
  const look = (x: object) => {
    if (x instanceof Quote) replaced = true;
    else if (x instanceof FileMark) {
      replaced = true;
      checkFiles(x, { task, role: "input" }, `input ${index}`);
    }
    return futureOf(x);
  };
  for (; index < given.length; index++) {
    const input = given[index];
    if (typeof input !== "object" || input === null) continue;
    if (input instanceof FutureBase) continue;
    if (input instanceof Constant) {
      given[index] = input.handedTo(task, index);
      if (strict) freeze(input.value);
    } else {
      const found = futuresIn(input, look);
      if (found.length > 0 || replaced) nested = nested === null ? found : nested.concat(found);
      if (strict) freeze(input);
    }
  }
  if (nested !== null) return new NestedInputs(given, [...directFutures(given), ...nested], futureOf);
  return directInputs(given);
}

function directFutures(given: readonly unknown[]): FutureBase[] {
  return given.filter(input => input instanceof FutureBase);
}

function liveSlot(slot: Slot): unknown {
  if (slot instanceof Constant) return slot.unquoted;
  const kept = keptPacked(slot);
  return Array.isArray(kept) ? kept.map(each => unpack(each as PackedValue)) : unpack(kept as PackedValue);
}

/** The futures and constants among some inputs, numbered as they are met. */
export class Slots {
  readonly all: Slot[] = [];
  /** Null until there is one, as most calls have none. */
  private numbers: Map<object, number> | null = null;
  private readonly futureOf: FutureOf;

  constructor(futureOf: FutureOf) {
    this.futureOf = futureOf;
  }

  readonly slotOf = (x: object): number | undefined => {
    const known = this.numbers?.get(x);
    if (known !== undefined) return known;
    const slot = x instanceof Constant ? x : this.futureOf(x);
    if (slot === undefined) return undefined;
    this.numbers ??= new Map();
    this.numbers.set(x, this.all.length);
    return this.all.push(slot) - 1;
  };
}

/** Captures inputs as bytes; throws `UncloneableError` with the path of what cannot be sent. */
export function captureEncoded(
  given: readonly unknown[],
  futureOf: FutureOf,
  subject: Subject,
  room: Room | null,
): CallInputs {
  const slots = new Slots(futureOf);
  const template = packInputs(given, subject, slots.slotOf, room);
  return new EncodedInputs(lent.hold(template), slots.all, subject);
}

function arePlain(inputs: PackedInputs): inputs is readonly Primitive[] {
  return Array.isArray(inputs) && inputs.every(isPrimitive);
}

function isFuture(slot: Slot): slot is FutureBase {
  return slot instanceof FutureBase;
}
