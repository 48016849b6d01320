/** Records into columns. */
import type { TargetRecord } from "../freshness/record.ts";
import { type Columns, STAT, TARGET } from "./layout.ts";

/** What a file was when it was last looked at. */
export interface FileState {
  readonly digest: string;
  /** Size, times and inode for which the digest holds; null where it is not known to hold for longer. */
  readonly stat: readonly [size: number, mtime: number, ctime: number, inode: number] | null;
}

export function columnsOf(records: Iterable<TargetRecord>, stateOf: (path: string) => FileState | undefined): Columns {
  const texts = new Numbered();
  texts.of("");
  const files = new Numbered();
  const target: number[] = [];
  const time: number[] = [];
  const reading: number[] = [];
  const making: number[] = [];
  const makingSize: number[] = [];
  for (const record of records) {
    for (const { at, path, mark } of record.reads) {
      reading.push(texts.of(at), path === null ? 0 : files.of(path) + 1, texts.of(mark));
    }
    for (const { at, path, digest, size } of record.makes) {
      making.push(texts.of(at), files.of(path), texts.of(digest));
      makingSize.push(size);
    }
    const { result, returned } = record;
    const more = result === null && returned.length === 0 ? "" : JSON.stringify({ result, returned });
    const words = [record.identity, record.name, record.code, record.run, more].map(text => texts.of(text));
    target.push(...words, reading.length / 3, making.length / 3);
    time.push(record.ms, record.at);
  }
  const paths = files.all;
  const fileStat = new Float64Array(paths.length * STAT).fill(Number.NaN);
  const fileDigest = Uint32Array.from(paths, (path, row) => {
    const state = stateOf(path);
    if (state?.stat != null) fileStat.set(state.stat, row * STAT);
    return texts.of(state?.digest ?? "");
  });
  const filePath = Uint32Array.from(paths, path => texts.of(path));
  let end = 0;
  return {
    counts: {
      texts: texts.all.length,
      files: paths.length,
      targets: target.length / TARGET.width,
      readings: reading.length / 3,
      makings: makingSize.length,
    },
    textEnd: Uint32Array.from(texts.all, text => (end += text.length)),
    fileStat,
    filePath,
    fileDigest,
    targetTime: Float64Array.from(time),
    target: Uint32Array.from(target),
    reading: Uint32Array.from(reading),
    making: Uint32Array.from(making),
    makingSize: Float64Array.from(makingSize),
    text: texts.all.join(""),
  };
}

/** Texts by numbers, each once. */
class Numbered {
  readonly all: string[] = [];
  private readonly numbers = new Map<string, number>();

  of(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.all.push(text) - 1;
      this.numbers.set(text, number);
    }
    return number;
  }
}
