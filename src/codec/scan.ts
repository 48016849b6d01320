/**
 * The search of a value for what structured clone would lose or refuse. It is iterative, so that no depth of nesting
 * overflows the stack, and it visits in the order in which the encoder writes.
 */
import { types } from "node:util";
import { type ContainerKind, containerKind } from "./containers.ts";
import { ErrorFields, isError } from "./errorfields.ts";
import { FileMark } from "./file.ts";
import { checkFile, contentOf } from "./file-content.ts";
import { hasNoNames } from "./json.ts";
import { isLeaf } from "./leaves.ts";
import { type Entry, pathOf } from "./path.ts";
import { Quote } from "./quote.ts";
import { serializerOf } from "./serializers.ts";
import {
  Blocked,
  messageOf,
  type Obstacle,
  obstacleOf,
  QUOTED_FUTURE,
  type Subject,
  tooDeep,
  uncloneable,
} from "./uncloneable.ts";

/** What stands in the encoded form for an object that structured clone does not keep. */
export type Part =
  | { readonly kind: "hole"; readonly slot: number }
  | { readonly kind: "quote"; readonly value: unknown }
  | { readonly kind: "url"; readonly href: string }
  /** `digest` is null where the path alone travels, and empty where it is found out when somebody asks. */
  | { readonly kind: "file"; readonly path: string; readonly digest: string | null; readonly size: number }
  | { readonly kind: "instance"; readonly name: string; readonly encoded: unknown; readonly stack: string | undefined }
  | { readonly kind: "error"; readonly fields: ErrorFields; readonly inline: boolean }
  | { readonly kind: "later"; readonly container: ContainerKind };

/** A container this deep is written after the rest, as encoder and decoder recurse: some 1,500 levels fit a stack. */
const STRATUM = 256;
/** Instances inside the encoded form of instances cannot be put off: `decode` needs the whole. */
const MAX_INSTANCES = 100;

export class Scan {
  readonly parts = new Map<object, Part>();
  /** True when the value must be copied before it is encoded. */
  copies = false;
  readonly #subject: Subject;
  readonly #slotOf: ((value: object) => number | undefined) | null;
  #seen = new Set<object>();
  /** Instances and inline errors whose inside is being visited. */
  #open = new Set<object>();

  constructor(subject: Subject, slotOf: ((value: object) => number | undefined) | null) {
    this.#subject = subject;
    this.#slotOf = slotOf;
  }

  /** @throws UncloneableError by the path of the first part that cannot travel. */
  run(root: Entry): void {
    const stack: Entry[] = [root];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (at.via === "close") {
        this.#open.delete(at.value as object);
        continue;
      }
      const { value } = at;
      if (typeof value !== "object" || value === null) {
        if (typeof value === "function" || typeof value === "symbol") this.#fail(at, obstacleOf(value, this.#role));
        continue;
      }
      if (this.#seen.has(value)) {
        if (this.#open.has(value)) this.#fail(at, circular(value));
        if (this.#open.size > 0 && this.parts.get(value)?.kind === "later") this.#fail(at, tooDeep(undefined));
        continue;
      }
      this.#seen.add(value);
      const from = stack.length;
      try {
        this.#visit(at, value, stack);
      } catch (error) {
        if (error instanceof Blocked) throw error;
        this.#fail(at, { kind: `unreadable (${messageOf(error)})`, hint: "Pass plain data.", cause: error });
      }
      reverseFrom(stack, from);
    }
  }

  get #role(): Subject["role"] {
    return this.#subject.role;
  }

  #fail(at: Entry, obstacle: Obstacle): never {
    throw new Blocked(obstacle, uncloneable(this.#subject, pathOf(at), obstacle));
  }

  #visit(at: Entry, value: object, stack: Entry[]): void {
    const slot = this.#slotOf?.(value);
    if (slot !== undefined) {
      if (at.quoted) this.#fail(at, QUOTED_FUTURE);
      this.#mark(value, { kind: "hole", slot });
      return;
    }
    const kind = containerKind(value);
    if (kind !== null) {
      this.#enter(at, value, kind, stack);
      return;
    }
    if (value instanceof Quote) {
      this.#mark(value, { kind: "quote", value: value.value });
      stack.push({ value: value.value, parent: at, via: "inside", key: undefined, depth: at.depth, quoted: true });
      return;
    }
    if (value instanceof FileMark) {
      this.#mark(value, this.#filePart(at, value));
      return;
    }
    const prototype: object | null = Object.getPrototypeOf(value);
    if (this.#serialize(at, value, prototype, stack)) return;
    if (value instanceof URL && prototype === URL.prototype) this.#mark(value, { kind: "url", href: value.href });
    else if (isError(value)) this.#enterError(at, value, stack);
    else if (!isLeaf(value, prototype)) this.#fail(at, obstacleOf(value, this.#role));
  }

  #enter(at: Entry, value: object, kind: ContainerKind, stack: Entry[]): void {
    if (at.depth > 0 && at.depth % STRATUM === 0 && this.#open.size === 0) {
      this.#mark(value, { kind: "later", container: kind });
    } else if (types.isProxy(value) || types.isModuleNamespaceObject(value)) this.copies = true;
    const push = (via: Entry["via"], key: unknown, child: unknown) => {
      // Only objects are worth an entry; symbols, to be refused.
      if ((typeof child === "object" && child !== null) || typeof child === "function" || typeof child === "symbol") {
        stack.push({ value: child, parent: at, via, key, depth: at.depth + 1, quoted: at.quoted });
      }
    };
    if (kind === "array" && isDense(value as unknown[])) {
      const via = at.via === "inputs" ? "input" : "property";
      for (let i = 0; i < (value as unknown[]).length; i++) push(via, i, (value as unknown[])[i]);
      return;
    }
    if (kind === "map") {
      let index = 0;
      for (const [key, child] of value as Map<unknown, unknown>) {
        push("mapKey", index++, key);
        push("mapValue", { key, index: index - 1 }, child);
      }
    } else if (kind === "set") {
      let index = 0;
      for (const child of value as Set<unknown>) push("item", index++, child);
    } else for (const key of Object.keys(value)) push("property", key, Reflect.get(value, key));
  }

  #serialize(at: Entry, value: object, prototype: object | null, stack: Entry[]): boolean {
    const serializer = serializerOf(prototype);
    if (serializer === undefined) return false;
    if (this.#open.size >= MAX_INSTANCES) this.#fail(at, tooDeep(undefined));
    let part = this.parts.get(value);
    if (part === undefined) {
      const stackText = isError(value) ? new ErrorFields(value).head[3] : undefined;
      part = { kind: "instance", name: serializer.name, encoded: this.#encode(at, value), stack: stackText };
      this.#mark(value, part);
    }
    if (part.kind === "instance") this.#openInside(at, value, [["inside", undefined, part.encoded]], stack);
    return true;
  }

  #encode(at: Entry, value: object): unknown {
    const serializer = serializerOf(Object.getPrototypeOf(value))!;
    try {
      return serializer.encode(value);
    } catch (error) {
      return this.#fail(at, {
        kind: `an instance that its serializer "${serializer.name}" could not encode (${messageOf(error)})`,
        hint: "Mend the encode function of the serializer.",
        cause: error,
      });
    }
  }

  #openInside(at: Entry, value: object, children: [Entry["via"], unknown, unknown][], stack: Entry[]): void {
    this.#open.add(value);
    for (const [via, key, child] of children) {
      stack.push({ value: child, parent: at, via, key, depth: at.depth + 1, quoted: at.quoted });
    }
    stack.push({ value, parent: at, via: "close", key: undefined, depth: at.depth, quoted: at.quoted });
  }

  #enterError(at: Entry, error: object, stack: Entry[]): void {
    let part = this.parts.get(error);
    if (part === undefined) {
      const fields = new ErrorFields(error);
      part = { kind: "error", fields, inline: this.#open.size > 0 };
      this.#mark(error, part);
      fields.keep((child, key) => this.#obstacleIn(child, at, key));
    }
    if (part.kind !== "error") return;
    const children = part.fields
      .parts()
      .map(([key, child]): [Entry["via"], unknown, unknown] => ["property", key, child]);
    if (part.inline) this.#openInside(at, error, children, stack);
    else {
      for (const [via, key, child] of children) {
        stack.push({ value: child, parent: at, via, key, depth: 0, quoted: at.quoted });
      }
    }
  }

  /** What hinders a property of an error from travelling with it: the error goes without, and says so. */
  #obstacleIn(value: unknown, parent: Entry, key: string): string | null {
    if (typeof value === "object" && value !== null && isError(value) && this.#open.size === 0) return null;
    const [seen, open] = [this.#seen, this.#open];
    this.#seen = new Set();
    this.#open = new Set(open);
    try {
      this.run({ value, parent, via: "property", key, depth: parent.depth + 1, quoted: parent.quoted });
      return null;
    } catch (error) {
      if (error instanceof Blocked) return error.obstacle.kind;
      throw error;
    } finally {
      this.#seen = seen;
      this.#open = open;
    }
  }

  /** A task gets the path of an input; of a result it counts what the file is now. */
  #filePart(at: Entry, file: FileMark): Part {
    const { path } = file;
    if (this.#role === "result") return { kind: "file", path, ...contentOf(file, this.#subject, pathOf(at)) };
    if (this.#role === "input") checkFile(file, this.#subject, pathOf(at));
    return { kind: "file", path, digest: this.#subject.travels === true ? "" : null, size: 0 };
  }

  #mark(value: object, part: Part): void {
    this.parts.set(value, part);
    this.copies = true;
  }
}

// Long arrays are read by index, as a list of their keys is dear; very long ones may be sparse.
function isDense(array: readonly unknown[]): boolean {
  return array.length < 1e7 && hasNoNames(array);
}

function circular(value: object): Obstacle {
  return {
    kind: "part of itself through its encoded form",
    hint: `Encode ${value.constructor?.name ?? "it"} without a way back to itself, such as by an id.`,
  };
}

function reverseFrom(stack: Entry[], from: number): void {
  for (let low = from, high = stack.length - 1; low < high; low++, high--) {
    const entry = stack[low]!;
    stack[low] = stack[high]!;
    stack[high] = entry;
  }
}
