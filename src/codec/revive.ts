/** The way back from the bytes of `clone.ts`. */
import { Deserializer } from "node:v8";
import { ProtocolError, SerializerError } from "../errors.ts";
import { CONTAINERS, SEAL, VIEWS } from "./clone.ts";
import { type ErrorHead, type ErrorRest, isError, reviveHead, reviveRest, setStack } from "./errorfields.ts";
import { fillSlots, Slot } from "./refill.ts";
import { empty, fill } from "./seal.ts";
import { serializerNamed } from "./serializers.ts";
import { isStackOverflow, messageOf } from "./uncloneable.ts";

const AHEAD = "it comes from a newer version of heddle, or is damaged";

class Decoder extends Deserializer {
  readonly #later: ((content: unknown) => void)[] = [];
  readonly #slots: readonly unknown[];
  /** Slots with primitive values, which V8 would not take from `_readHostObject`: put in place afterwards. */
  #unfilled = 0;

  constructor(bytes: Uint8Array, slots: readonly unknown[]) {
    super(bytes);
    this.#slots = slots;
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
    const index = this.readUint32();
    const value = this.#slots[index];
    if (typeof value === "object" && value !== null) return value;
    this.#unfilled++;
    return new Slot(index);
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
    const name = VIEWS[code];
    if (name === undefined) throw unreadable(`an object of the unknown kind ${code}; ${AHEAD}`);
    const bytes = this.readRawBytes(this.readUint32());
    // Into memory of its own: these bytes may be decoded again, and are no reader's to change.
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    if (name === "Buffer") return Buffer.from(buffer);
    const View: unknown = Reflect.get(globalThis, name);
    if (typeof View !== "function") throw unreadable(`a ${name}, which this version of Node does not have`);
    return Reflect.construct(View, [buffer]) as ArrayBufferView;
  }
}

export function decodeClone(bytes: Uint8Array, slots: readonly unknown[]): unknown {
  try {
    return new Decoder(bytes, slots).decode();
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof SerializerError) throw error;
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
