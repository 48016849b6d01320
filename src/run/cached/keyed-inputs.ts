import { closeMark, type Mark, markOf } from "../../codec/digest.ts";
import { packInputs } from "../../codec/pack.ts";
import { Hole, Packed, type PackedInputs, type PackedValue } from "../../codec/packed.ts";
import type { Subject } from "../../codec/uncloneable.ts";
import type { About } from "../../store/entry.ts";
import { FutureBase } from "../future.ts";
import { Constant, EncodedInputs, type FutureOf, type Slot, Slots } from "../inputs.ts";

/** Inputs longer than so many bytes are not kept beside their key. */
const EXPLAINED = 32_768;

/** Encoded inputs that count in a key: payload and digest of each are taken at the same time. */
export class KeyedInputs extends EncodedInputs {
  /** One an argument. */
  private readonly marks: readonly Mark[];
  private readonly name: string;

  constructor(template: PackedInputs, slots: readonly Slot[], task: string, marks: readonly Mark[]) {
    super(template, slots, task);
    this.marks = marks;
    this.name = task;
  }

  /** What stands for the arguments in a key; when the futures among them have completed. */
  closed(digestOf: (future: FutureBase) => string): string[] {
    if (this.slots.length === 0) return this.marks.map(mark => mark.text);
    const digests = this.slots.map(slot => (slot instanceof Constant ? slot.mark(this.name) : digestOf(slot)));
    return this.marks.map(mark =>
      closeMark(
        mark,
        mark.slots.map(slot => digests[slot]!),
      ),
    );
  }

  /** What explains a key made of these inputs later. */
  about(names: About["names"], normal: (marks: string[]) => string[], digestOf: (future: FutureBase) => string): About {
    const sources = this.marks.map(({ slots }) => {
      const slot = slots.length === 0 ? undefined : this.slots[slots[0]!];
      return slot instanceof FutureBase ? slot.id : null;
    });
    const inputs = wholeOf(this.template);
    const known = { marks: normal(this.closed(digestOf)), names, sources };
    return inputs === null ? known : { ...known, inputs };
  }
}

/** Captures inputs as bytes, with the digests of the same moment; throws `UncloneableError`. */
export function captureKeyed(given: readonly unknown[], futureOf: FutureOf, task: string): KeyedInputs {
  const slots = new Slots(futureOf);
  const subject: Subject = { task, role: "input" };
  const template = packInputs(given, subject, slots.slotOf);
  const marks = given.map(input => markOf(input, subject, slots.slotOf));
  return new KeyedInputs(template, slots.all, task, marks);
}

/** As one encoded list, in which futures are holes or null; null if that is too long to be kept for explanations. */
function wholeOf(template: PackedInputs): Packed | null {
  if (template instanceof Packed) return template.data.length > EXPLAINED ? null : template;
  let text = "";
  for (const item of template) {
    const part = jsonOf(item);
    if (part === null || text.length + part.length > EXPLAINED) return null;
    text += text === "" ? part : `,${part}`;
  }
  return new Packed("json", `[${text}]`);
}

function jsonOf(item: PackedValue | Hole): string | null {
  if (item instanceof Hole || item === undefined) return "null";
  if (item instanceof Packed) return item.tag === "json" ? (item.data as string) : null;
  return typeof item === "bigint" ? JSON.stringify(`${item}n`) : JSON.stringify(item);
}
