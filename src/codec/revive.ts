/** The way back from the bytes of `clone.ts`. */
import { Deserializer } from "node:v8";
import { ProtocolError, SerializerError, UsageError } from "../errors.ts";
import { CONTAINERS, SEAL, VIEWS } from "./clone.ts";
import { type ErrorHead, type ErrorRest, isError, reviveHead, reviveRest, setStack } from "./errorfields.ts";
import { FileMark } from "./file.ts";
import { type PackedFile, splitFiles } from "./file-table.ts";
import { ELSEWHERE, type Large, VIEWED } from "./large.ts";
import { viewOn } from "./leaves.ts";
import { fillSlots, Slot } from "./refill.ts";
import { empty, fill } from "./seal.ts";
import { serializerNamed } from "./serializers.ts";
import { sharedMemory } from "./shared-memory.ts";
import { isStackOverflow, messageOf } from "./uncloneable.ts";

const AHEAD = "it comes from a newer version of heddle, or is damaged";

class Decoder extends Deserializer {
  readonly #later: ((content: unknown) => void)[] = [];
  readonly #slots: readonly unknown[];
  readonly #files: readonly PackedFile[];
  readonly #marks: boolean;
  readonly #large: readonly Large[];
  #next = 0;
  /** Primitive values, which V8 would not take from `_readHostObject`: put in place afterwards. */
  #unfilled = 0;

  constructor(
    bytes: Uint8Array,
    slots: readonly unknown[],
    files: readonly PackedFile[],
    marks: boolean,
    large: readonly Large[],
  ) {
    super(bytes);
    this.#large = large;
    this.#slots = slots;
    this.#files = files;
    this.#marks = marks;
  }

  decode(): unknown {
    this.readHeader();
    const value = this.#readWhole();
    for (const receive of this.#later) receive(this.#readWhole());
    return value;
  }

  /** Called by V8. */
  _readHostObject(): object {
    const code = this.readUint32();
    switch (code) {
      case SEAL.hole:
        return this.#readHole();
      case SEAL.url:
        return new URL(this.readValue() as string);
      case SEAL.instance:
        return this.#readInstance();
      case SEAL.error:
      case SEAL.inlineError:
        return this.#readError(code === SEAL.inlineError);
      case SEAL.later:
        return this.#readLater();
      case SEAL.file:
        return this.#readFile();
      default:
        return this.#readView(code);
    }
  }

  #readWhole(): unknown {
    const before = this.#unfilled;
    const value: unknown = this.readValue();
    return this.#unfilled === before ? value : fillSlots(value, this.#slots);
  }

  #readHole(): object {
    const value = this.#slots[this.readUint32()];
    return typeof value === "object" && value !== null ? value : this.#putLater(value);
  }

  #putLater(primitive: unknown): Slot {
    this.#unfilled++;
    return new Slot(primitive);
  }

  #readFile(): object {
    const { path, ...content } = this.#files[this.readUint32()]!;
    return this.#marks ? new FileMark(path, content) : this.#putLater(path);
  }

  #readInstance(): object {
    const name = this.readValue() as string;
    const stack = this.readValue() as string | undefined;
    const encoded = this.#readWhole();
    const serializer = serializerNamed(name);
    if (serializer === undefined) {
      throw new SerializerError({
        name,
        problem: "no serializer of that name is registered on this side",
        hint: "Call registerSerializer(…) in the module of the class, and import it where the task is defined.",
      });
    }
    const value = decodeInstance(name, () => serializer.decode(encoded));
    if (stack !== undefined && isError(value)) setStack(value, stack);
    return value;
  }

  #readError(inline: boolean): Error {
    const error = reviveHead(this.readValue() as ErrorHead);
    const receive = (rest: unknown) => {
      if (rest !== null) reviveRest(error, rest as ErrorRest);
    };
    if (inline) receive(this.#readWhole());
    else this.#later.push(receive);
    return error;
  }

  #readLater(): object {
    const kind = CONTAINERS[this.readUint32()] ?? "object";
    const into = empty([], kind);
    this.#later.push(content => {
      if (Array.isArray(into)) into.length = (content as unknown[]).length;
      fill(into, content as object, part => part);
    });
    return into;
  }

  #readView(code: number): ArrayBufferView {
    if (code >= ELSEWHERE) return this.#readLarge(code);
    const bytes = this.readRawBytes(this.readUint32());
    // Into memory of its own: these bytes may be decoded again, and are no reader's to change.
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    return viewOf(code, buffer, 0, buffer.byteLength);
  }

  #readLarge(code: number): ArrayBufferView {
    const length = this.readUint32();
    const part = this.#large[this.#next++];
    if (part?.length !== length) throw unreadable("a large array is missing");
    if (code >= VIEWED) {
      sharedMemory.known.add(part.memory);
      return viewOf(code - VIEWED, part.memory, part.offset, length);
    }
    const { bytes } = part;
    if (part.memory instanceof ArrayBuffer) return viewOf(code - ELSEWHERE, part.memory, 0, length);
    const own = Buffer.allocUnsafeSlow(length);
    own.set(bytes);
    return viewOf(code - ELSEWHERE, own.buffer, 0, length);
  }
}

function viewOf(code: number, buffer: ArrayBufferLike, offset: number, length: number): ArrayBufferView {
  const name = VIEWS[code];
  if (name === undefined) throw unreadable(`an object of the unknown kind ${code}; ${AHEAD}`);
  const view = viewOn(name, buffer, offset, length);
  if (view === null) throw unreadable(`a ${name}, which this version of Node does not have`);
  return view;
}

/** `marks`: files stay marked as such, with what they were; else they become their paths. */
export function decodeClone(
  bytes: Uint8Array,
  slots: readonly unknown[],
  marks: boolean,
  large: readonly Large[],
): unknown {
  try {
    const { files, rest } = splitFiles(bytes);
    return new Decoder(rest, slots, files, marks, large).decode();
  } catch (error) {
    if (isTold(error)) throw error;
    if (isStackOverflow(error)) throw unreadable("a value nested too deeply for the stack that is left");
    throw unreadable(messageOf(error), error);
  }
}

function decodeInstance(name: string, decode: () => unknown): object {
  const hint = `Mend the decode function of the serializer "${name}".`;
  let value: unknown;
  try {
    value = decode();
  } catch (cause) {
    throw new SerializerError({ name, problem: `its decode threw ${messageOf(cause)}`, hint }, { cause });
  }
  if (typeof value === "object" && value !== null) return value;
  throw new SerializerError({ name, problem: "its decode did not give an object", hint });
}

function unreadable(problem: string, cause?: unknown): Error {
  return new ProtocolError({ from: "the other side", problem }, { cause });
}

function isTold(error: unknown): boolean {
  return error instanceof ProtocolError || error instanceof SerializerError || error instanceof UsageError;
}
