import { hash } from "node:crypto";
import { closeMark, isFuture, type Mark, markOf, primitiveText } from "../../codec/digest.ts";
import { packInputs } from "../../codec/pack.ts";
import { Hole, Packed, type PackedInputs, type PackedValue, type Primitive } from "../../codec/packed.ts";
import type { Room } from "../../codec/room.ts";
import type { Subject } from "../../codec/uncloneable.ts";
import type { About } from "../../store/entry.ts";
import { lent } from "../../workers/lent.ts";
import { FutureBase } from "../future.ts";
import { type CallInputs, Constant, EncodedInputs, type FutureOf, type Slot, Slots } from "../inputs.ts";

/** Inputs longer than so many bytes are not kept beside their key. */
const EXPLAINED = 32_768;

/** The results of more futures than so many are not told apart in explanations. */
const MOST_AWAITED = 100;
/** Of what stands for a result: enough to tell two apart. */
const DIGITS = 12;

/** Encoded inputs that count in a key: payload and digest of each are taken at the same time. */
export interface KeyedInputs extends CallInputs {
  /** What stands for the arguments in a key; when the futures among them have completed. */
  closed(digestOf: (future: FutureBase) => string): readonly string[];
  /** What explains a key made of these inputs later. */
  about(names: About["names"], normal: Normal, digestOf: (future: FutureBase) => string): About;
}

type Normal = (marks: readonly string[]) => readonly string[];

const NO_SLOTS: readonly Slot[] = [];

/** Primitives, which most inputs are. */
class PlainInputs extends EncodedInputs implements KeyedInputs {
  private readonly given: readonly Primitive[];
  private readonly marks: readonly string[];

  constructor(given: readonly Primitive[], subject: Subject, marks: readonly string[]) {
    super(given, NO_SLOTS, subject);
    this.given = given;
    this.marks = marks;
  }

  override get plain(): readonly Primitive[] {
    return this.given;
  }

  override values(): unknown[] {
    return this.given.slice();
  }

  override release(): void {}

  closed(): readonly string[] {
    return this.marks;
  }

  about(names: About["names"], normal: Normal): About {
    const marks = normal(this.marks);
    const inputs = wholeOf(this.given);
    const sources = nothingFor(this.given.length);
    return inputs === null ? { marks, names, sources } : { marks, names, sources, inputs };
  }
}

const nothing: (readonly null[])[] = [];

/** The same list each time. */
function nothingFor(count: number): readonly null[] {
  let list = nothing[count];
  if (list === undefined) {
    list = new Array<null>(count).fill(null);
    nothing[count] = list;
  }
  return list;
}

class MarkedInputs extends EncodedInputs implements KeyedInputs {
  /** One an argument. */
  private readonly marks: readonly Mark[];

  constructor(template: PackedInputs, slots: readonly Slot[], subject: Subject, marks: readonly Mark[]) {
    super(template, slots, subject);
    this.marks = marks;
  }

  closed(digestOf: (future: FutureBase) => string): string[] {
    if (this.slots.length === 0) return this.marks.map(mark => mark.text);
    return this.closedWith(this.digests(digestOf));
  }

  private digests(digestOf: (future: FutureBase) => string): string[] {
    return this.slots.map(slot => (slot instanceof Constant ? slot.mark(this.subject.task) : digestOf(slot)));
  }

  private closedWith(digests: readonly string[]): string[] {
    return this.marks.map(mark =>
      closeMark(
        mark,
        mark.slots.map(slot => digests[slot]!),
      ),
    );
  }

  about(names: About["names"], normal: Normal, digestOf: (future: FutureBase) => string): About {
    const digests = this.digests(digestOf);
    const sources = this.marks.map(mark => (isFuture(mark) ? this.callOf(mark.slots[0]!) : null));
    const awaited = this.slots.length > MOST_AWAITED ? [] : digests.map((digest, slot) => this.awaited(slot, digest));
    const inputs = wholeOf(this.template);
    const known = { marks: normal(this.closedWith(digests)), names, sources };
    // Without the inputs there is no telling where their futures are.
    return inputs === null ? known : { ...known, inputs, ...(awaited.length > 0 && { awaited }) };
  }

  private callOf(slot: number): string | null {
    const future = this.slots[slot];
    return future instanceof FutureBase ? future.id : null;
  }

  private awaited(slot: number, digest: string): readonly [call: string, mark: string] {
    return [this.callOf(slot) ?? "", digest.length > DIGITS ? hash("sha256", digest, "hex").slice(0, DIGITS) : digest];
  }
}

/** Captures inputs as bytes, with the digests of the same moment; throws `UncloneableError`. */
export function captureKeyed(
  given: readonly unknown[],
  futureOf: FutureOf,
  subject: Subject,
  room: Room | null,
): KeyedInputs {
  const texts: string[] = [];
  for (let at = 0; at < given.length; at++) {
    const text = primitiveText(given[at]);
    if (text === null) return captureMarked(given, futureOf, subject, room);
    texts.push(text);
  }
  return new PlainInputs(given.slice() as Primitive[], subject, texts);
}

function captureMarked(
  given: readonly unknown[],
  futureOf: FutureOf,
  subject: Subject,
  room: Room | null,
): KeyedInputs {
  const slots = new Slots(futureOf);
  const template = lent.hold(packInputs(given, subject, slots.slotOf, room));
  const marks = given.map(input => markOf(input, subject, slots.slotOf));
  return new MarkedInputs(template, slots.all, subject, marks);
}

/** As one encoded list, in which futures are holes or null; null if that is too long to be kept for explanations. */
function wholeOf(template: PackedInputs): Packed | null {
  if (template instanceof Packed) {
    return template.large !== null || template.data.length > EXPLAINED ? null : template;
  }
  let text = "";
  for (const item of template) {
    const part = jsonOf(item);
    if (part === null || text.length + part.length > EXPLAINED) return null;
    text += text === "" ? part : `,${part}`;
  }
  return new Packed("json", `[${text}]`);
}

function jsonOf(item: PackedValue | Hole): string | null {
  if (typeof item === "number") return Number.isFinite(item) ? `${item}` : "null";
  if (item instanceof Hole || item === undefined) return "null";
  if (item instanceof Packed) return item.tag === "json" ? (item.data as string) : null;
  return typeof item === "bigint" ? JSON.stringify(`${item}n`) : JSON.stringify(item);
}
