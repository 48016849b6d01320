import { StringDecoder } from "node:string_decoder";

type Stream = "stdout" | "stderr";
type Emit = (stream: Stream, text: string) => void;

/** How much of each end of a call's output is kept, in characters. */
const KEEP = 512 * 1024;

/** The output of one call: as it comes for the first half megabyte of a stream, then only its end, when it ends. */
export class BoundedOutput {
  readonly #stdout: BoundedStream;
  readonly #stderr: BoundedStream;

  constructor(emit: Emit) {
    this.#stdout = new BoundedStream("stdout", emit);
    this.#stderr = new BoundedStream("stderr", emit);
  }

  write(stream: Stream, chunk: string | Uint8Array): void {
    (stream === "stdout" ? this.#stdout : this.#stderr).write(chunk);
  }

  end(): void {
    this.#stdout.end();
    this.#stderr.end();
  }
}

class BoundedStream {
  readonly #stream: Stream;
  readonly #emit: Emit;
  #decoder: StringDecoder | null = null;
  #room = KEEP;
  #tail: string[] = [];
  #tailLength = 0;
  #cut = 0;

  constructor(stream: Stream, emit: Emit) {
    this.#stream = stream;
    this.#emit = emit;
  }

  write(chunk: string | Uint8Array): void {
    const text = typeof chunk === "string" ? chunk : this.#decode(chunk);
    if (text === "") return;
    const now = text.length <= this.#room ? text : text.slice(0, this.#room);
    if (now !== "") this.#emit(this.#stream, now);
    this.#room -= now.length;
    if (now.length < text.length) this.#keep(text.slice(now.length));
  }

  end(): void {
    const rest = this.#decoder?.end() ?? "";
    if (rest !== "") this.write(rest);
    if (this.#tail.length === 0) return;
    const text = this.#tail.join("");
    const extra = Math.max(0, text.length - KEEP);
    const cut = this.#cut + extra;
    const notice = cut > 0 ? `\n[heddle: ${cut} characters of output cut here]\n` : "";
    this.#tail = [];
    this.#emit(this.#stream, notice + text.slice(extra));
  }

  /** Bytes may end in the middle of a character. */
  #decode(chunk: Uint8Array): string {
    this.#decoder ??= new StringDecoder("utf8");
    return this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }

  #keep(text: string): void {
    this.#tail.push(text);
    this.#tailLength += text.length;
    while (this.#tail.length > 1 && this.#tailLength - this.#tail[0]!.length >= KEEP) {
      const dropped = this.#tail.shift()!.length;
      this.#tailLength -= dropped;
      this.#cut += dropped;
    }
  }
}
