import { types } from "node:util";
import { containerKind } from "../containers.ts";
import { isError } from "../errorfields.ts";
import { FileMark } from "../file.ts";
import { contentOf } from "../file-content.ts";
import { hasNoNames } from "../json.ts";
import type { SlotOf } from "../pack.ts";
import { Quote } from "../quote.ts";
import { serializerOf } from "../serializers.ts";
import { QUOTED_FUTURE, type Subject } from "../uncloneable.ts";
import { CanonicalBytes, TAG } from "./canonical.ts";
import { type Frame, Frames, NOTHING } from "./frames.ts";
import { arrayNames, gapsOf, sorted } from "./keys.ts";
import { leaf } from "./leaf.ts";
import { Sent } from "./sent.ts";

/** Objects whose canonical bytes are longer count by their hash: so depth and sharing cost nothing. */
const INLINE = 256;
/** An object is remembered if there are so many objects below it, or so many bytes in it; others are read again. */
const REMEMBERED = { objects: 16, bytes: 4_096 };
/** An array this long may be nothing but gaps, and is not to be listed. */
const VERY_LONG = 1e7;

const CYCLE = Symbol("cycle");

/**
 * One pass over one value, into canonical bytes. Nothing recurses, so no depth of nesting overflows the stack.
 *
 * Objects count by content alone, whether they are shared or equal, unless the value is part of itself: then it is
 * written with all its objects numbered, in the order in which they are met.
 */
export class Pass {
  readonly out = new CanonicalBytes();
  slots: number[] = [];
  readonly #frames = new Frames();
  #slotOf: SlotOf | null = null;
  #subject: Subject | null = null;
  #sent: Sent | null = null;
  #visited = 0;
  /** Where each slot stands in `slots`. */
  #places: Map<number, number> | null = null;
  #hashes: Map<object, string> | null = null;
  /** The numbers of objects, in a value that is part of itself. */
  #numbers: Map<object, number> | null = null;

  /** @throws UncloneableError as `pack` does. */
  run(value: unknown, subject: Subject, slotOf: SlotOf | null): void {
    this.#slotOf = slotOf;
    this.#subject = subject;
    this.#sent = new Sent(value, subject, slotOf);
    try {
      try {
        this.#walk(value);
      } catch (problem) {
        if (problem !== CYCLE) throw problem;
        this.#restart();
        this.#numbers = new Map();
        this.out.tag(TAG.cyclic);
        this.#walk(value);
      }
    } catch (problem) {
      throw this.#sent.refusal(problem);
    }
  }

  /** Lets go of everything. */
  clear(): void {
    this.#restart();
    this.#slotOf = null;
    this.#sent = null;
    this.#numbers = null;
  }

  #restart(): void {
    this.out.clear();
    this.#frames.clear();
    this.#visited = 0;
    if (this.slots.length > 0) this.slots = [];
    this.#places = null;
    this.#hashes = null;
  }

  #walk(value: unknown): void {
    if (!this.out.primitive(value)) this.#enter(value, false);
    for (let top = this.#frames.top; top !== undefined; top = this.#frames.top) this.#advance(top);
  }

  /** Writes the parts of an object up to the first that has parts itself, or to the end. */
  #advance(frame: Frame): void {
    const { out } = this;
    const { owner, items, length, names, quoted } = frame;
    while (frame.next < length) {
      const at = frame.next++;
      const item = items[at];
      if (item === undefined && !Object.hasOwn(items, at)) {
        frame.gaps ??= gapsOf(items, length);
        frame.next = frame.gaps(at);
        out.tag(TAG.gap);
        out.count(frame.next - at);
      } else if (!out.primitive(item) && this.#enter(item, quoted)) return;
    }
    const end = length + names.length;
    while (frame.next < end) {
      const name = names[frame.next++ - length]!;
      out.string(name);
      const part = (owner as Record<string, unknown>)[name];
      if (!out.primitive(part) && this.#enter(part, quoted)) return;
    }
    this.#close(frame);
  }

  #close({ owner, start, before }: Frame): void {
    const bytes = this.out.at - start;
    if (this.#numbers === null && bytes > INLINE) {
      const digest = this.out.collapse(start);
      if (bytes > REMEMBERED.bytes || this.#visited - before >= REMEMBERED.objects) this.#remember(owner, digest);
    }
    this.#frames.pop();
  }

  /** Writes an object that has no parts, or begins one that has: then true. */
  #enter(value: unknown, quoted: boolean): boolean {
    if (typeof value !== "object" || value === null) throw this.#sent!.refused(value);
    if (this.#slotOf !== null && this.#slot(value, quoted)) return false;
    if (this.#met(value)) return false;
    this.#visited++;
    const prototype: object | null = Object.getPrototypeOf(value);
    // Most objects by far.
    if (prototype === Object.prototype && !Array.isArray(value) && !types.isNativeError(value)) {
      return this.#object(value, quoted);
    }
    switch (containerKind(value)) {
      case "array":
        return this.#array(value as unknown[], quoted);
      case "object":
        return this.#object(value, quoted);
      case "map":
        return this.#list(TAG.map, value, flat(value as Map<unknown, unknown>), quoted);
      case "set":
        return this.#list(TAG.set, value, [...(value as Set<unknown>)], quoted);
    }
    if (value instanceof Quote) return !this.out.primitive(value.value) && this.#enter(value.value, true);
    if (value instanceof FileMark) {
      this.out.file(contentOf(value, this.#subject!, this.#subject!.role).digest);
      return false;
    }
    if (serializerOf(prototype) !== undefined) return this.#part(value, quoted);
    const start = this.out.at;
    if (leaf(value, prototype, this.out)) {
      if (byteLength(value) > REMEMBERED.bytes) this.#remember(value, this.out.collapse(start));
      return false;
    }
    if (isError(value)) return this.#part(value, quoted);
    throw this.#sent!.refused(value);
  }

  #slot(value: object, quoted: boolean): boolean {
    const slot = this.#slotOf!(value);
    if (slot === undefined) return false;
    if (quoted) throw this.#sent!.refused(value, QUOTED_FUTURE);
    this.#places ??= new Map();
    let place = this.#places.get(slot);
    if (place === undefined) {
      place = this.slots.push(slot) - 1;
      this.#places.set(slot, place);
    }
    this.out.tag(TAG.slot);
    this.out.count(place);
    return true;
  }

  #met(value: object): boolean {
    const digest = this.#hashes?.get(value);
    if (digest !== undefined) {
      this.out.hashed(digest);
      return true;
    }
    const number = this.#numbers?.get(value);
    if (number === undefined) return false;
    this.out.tag(TAG.back);
    this.out.count(number);
    return true;
  }

  #array(array: unknown[], quoted: boolean): boolean {
    const { length } = array;
    const names = length < VERY_LONG && hasNoNames(array) ? NOTHING : arrayNames(array);
    const { at } = this.out;
    this.out.tag(names.length === 0 ? TAG.array : TAG.namedArray);
    this.out.count(length);
    if (names.length > 0) this.out.count(names.length);
    return this.#push(at, array, array, names, quoted);
  }

  #object(object: object, quoted: boolean): boolean {
    const names = sorted(Object.keys(object));
    const { at } = this.out;
    this.out.tag(TAG.object);
    this.out.count(names.length);
    return this.#push(at, object, NOTHING, names, quoted);
  }

  #list(tag: number, owner: object, items: readonly unknown[], quoted: boolean): boolean {
    const { at } = this.out;
    this.out.tag(tag);
    this.out.count(items.length);
    return this.#push(at, owner, items, NOTHING, quoted);
  }

  /** An instance with a serializer, or an error. */
  #part(value: object, quoted: boolean): boolean {
    const part = this.#sent!.part(value, quoted);
    if (part?.kind === "instance") return this.#list(TAG.instance, value, [part.name, part.encoded], quoted);
    if (part?.kind !== "error") throw this.#sent!.refused(value);
    const [type, name, message] = part.fields.head;
    const { own, hidden } = part.fields.rest;
    return this.#list(TAG.error, value, [type, name, message, own, hidden], quoted);
  }

  #push(start: number, owner: object, items: readonly unknown[], names: readonly string[], quoted: boolean): boolean {
    const frame = this.#frames.push(owner, items, names);
    frame.start = start;
    frame.before = this.#visited;
    frame.quoted = quoted;
    if (this.#numbers !== null) this.#numbers.set(owner, this.#numbers.size);
    else if (this.#frames.isCyclic()) throw CYCLE;
    return true;
  }

  #remember(value: object, digest: string): void {
    this.#hashes ??= new Map();
    this.#hashes.set(value, digest);
  }
}

function flat(map: Map<unknown, unknown>): unknown[] {
  const parts: unknown[] = [];
  for (const [key, value] of map) parts.push(key, value);
  return parts;
}

function byteLength(value: object): number {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) ? value.byteLength : 0;
}
