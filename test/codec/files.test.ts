import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { digestBytes, markOf, resultDigest } from "../../src/codec/digest.ts";
import { packError, unpackError } from "../../src/codec/failure.ts";
import { FileMark, file } from "../../src/codec/file.ts";
import { useFileDigests } from "../../src/codec/file-content.ts";
import { filesIn, withPaths } from "../../src/codec/file-table.ts";
import { checkFiles, withoutMarks } from "../../src/codec/handed-over.ts";
import { pack, packInputs, type Subject, unpack, unpackInputs, unpackMarked } from "../../src/codec/pack.ts";
import type { Packed } from "../../src/codec/packed.ts";
import { Quote } from "../../src/codec/quote.ts";
import { registerSerializer } from "../../src/codec/serializers.ts";
import { fromWire, toWire } from "../../src/codec/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const result: Subject = { task: "make", role: "result" };
const input: Subject = { task: "take", role: "input" };
let count = 0;

function written(text: string): string {
  const path = join(folder, `${count++}.txt`);
  writeFileSync(path, text);
  return path;
}

const mark = (value: unknown) => markOf(value, input, null).text;
const resultOf = (value: unknown) => resultDigest(pack(value, result));

describe("file(…)", () => {
  test("does as a string in most places", () => {
    const path = written("a");
    const made = file(path);
    expect(`${made}`).toBe(path);
    expect(made.endsWith(".txt")).toBe(true);
    expect(JSON.stringify({ made })).toBe(JSON.stringify({ made: path }));
    expect(inspect(made)).toContain(path);
  });

  test("resolves paths and URLs", () => {
    expect(String(file("a/../b.csv"))).toBe(join(process.cwd(), "b.csv"));
    expect(String(file(pathToFileURL("/x/y z.csv")))).toBe("/x/y z.csv");
    expect(String(file(file("/x/y.csv")))).toBe("/x/y.csv");
  });

  test.each([[""], [new URL("https://example.org/a.csv")], ["a\0b"], [7 as unknown as string]])("refuses %s", path => {
    expect(() => file(path)).toThrow(/^file\(…\): /);
  });
});

describe("as an input", () => {
  test("arrives as its path, wherever it stands", () => {
    const [a, b] = [written("a"), written("b")];
    const given = [file(a), { deep: [file(b), new Map([[file(a), new Set([file(b)])]])] }, new Quote(file(a))];
    const arrived = unpackInputs(
      packInputs(given, input, () => undefined),
      [],
    );
    expect(arrived).toEqual([a, { deep: [b, new Map([[a, new Set([b])]])] }, a]);
    expect(
      unpackInputs(
        packInputs([file(a), 1], input, () => undefined),
        [],
      ),
    ).toEqual([a, 1]);
    expect(unpack(pack(file(a), input))).toBe(a);
  });

  test("counts by its bytes", () => {
    const [a, b, c] = [written("same"), written("same"), written("other")];
    expect(mark(file(a))).toBe(mark(file(b)));
    expect(mark({ x: [file(a)] })).toBe(mark({ x: [file(b)] }));
    expect(mark(file(a))).not.toBe(mark(file(c)));
    expect(mark({ x: [file(a)] })).not.toBe(mark({ x: [file(c)] }));
    expect(mark(file(a))).not.toBe(mark(a));
    expect(mark(file(a))).not.toBe(mark(digestBytes("same")));
    writeFileSync(a, "other");
    expect(mark(file(a))).toBe(mark(file(c)));
  });

  test("its digest is asked of whoever remembers it last", () => {
    const path = written("a");
    const end = useFileDigests(() => ({ digest: digestBytes("remembered"), size: 10 }));
    const remembered = mark(file(path));
    end();
    expect(remembered).not.toBe(mark(file(path)));
    writeFileSync(path, "remembered");
    expect(remembered).toBe(mark(file(path)));
  });

  test("must be there", () => {
    const gone = join(folder, "gone.csv");
    const packed = (...given: unknown[]) => packInputs(given, input, () => undefined);
    expect(() => packed(1, file(gone))).toThrow(
      `An input of take names a file that cannot be used: input 1 is ${gone}, which does not exist`,
    );
    expect(() => packed({ rows: [file(gone)] })).toThrow(`: input 0.rows[0] is ${gone}, which does not exist`);
    expect(() => packed([new Date(), file(folder)])).toThrow(`input 0[1] is ${folder}, which is a folder`);
    expect(() => mark({ a: file(gone) })).toThrow(`input.a is ${gone}`);
  });
});

describe("in a result", () => {
  test("arrives as its path, or marked with what it was", () => {
    const [a, b] = [written("a"), written("bb")];
    const value = { text: "…", files: new Map([[1, [file(a), file(b), file(a)]]]) };
    const packed = pack(value, result);
    writeFileSync(a, "changed");
    expect(unpack(packed)).toEqual({ text: "…", files: new Map([[1, [a, b, a]]]) });
    expect(filesIn(packed)).toEqual([
      { path: a, digest: digestBytes("a"), size: 1 },
      { path: b, digest: digestBytes("bb"), size: 2 },
    ]);
    const again = pack(unpackMarked(packed), result);
    expect(filesIn(again)).toEqual(filesIn(packed));
    expect(unpack(again)).toEqual(unpack(packed));
    expect(unpack(pack(file(b), result))).toBe(b);
  });

  test("its digest tells content, and nothing of the place", () => {
    const [a, b] = [written("a"), written("a")];
    expect(resultOf({ n: 1, at: file(a) })).toBe(resultOf({ n: 1, at: file(b) }));
    const before = resultOf({ n: 1, at: file(a) });
    writeFileSync(a, "b");
    expect(resultOf({ n: 1, at: file(a) })).not.toBe(before);
    expect(resultOf({ n: 2, at: file(b) })).not.toBe(before);
    expect(resultOf({ n: 1, at: b })).not.toBe(before);
  });

  test("paths are changed without decoding", () => {
    const path = written("a");
    const packed = pack({ at: [file(path)], much: new Float64Array(3), text: "日本" }, result);
    const moved = withPaths(packed, old => `/elsewhere${old}`);
    expect(unpack(moved)).toEqual({ at: [`/elsewhere${path}`], much: new Float64Array(3), text: "日本" });
    expect(resultDigest(moved)).toBe(resultDigest(packed));
    const back = withPaths(moved, at => at.slice("/elsewhere".length)) as Packed;
    expect(Buffer.from(back.data)).toEqual(Buffer.from((packed as Packed).data));
    const plain = pack({ a: 1 }, result);
    expect(withPaths(plain, () => "")).toBe(plain);
    expect((moved as Packed).data.length).toBe(((moved as Packed).data as Uint8Array).buffer.byteLength);
  });

  test("inside instances, errors and deep structures", () => {
    class Report {
      readonly at: unknown;
      constructor(at: unknown) {
        this.at = at;
      }
    }
    registerSerializer(Report, { name: "files.Report", encode: ({ at }) => at, decode: at => new Report(at) });
    const path = written("a");
    let deep: unknown = file(path);
    for (let i = 0; i < 2_000; i++) deep = [deep];
    const back = unpack(
      pack([new Report(file(path)), Object.assign(new Error("x"), { at: file(path) }), deep], result),
    );
    const [report, error, nested] = back as [Report, { at: unknown }, unknown];
    expect([report.at, error.at]).toEqual([path, path]);
    let at = nested;
    while (Array.isArray(at)) at = at[0];
    expect(at).toBe(path);
  });

  test("must be there; with what was thrown it need not", () => {
    const gone = join(folder, "gone.csv");
    expect(() => pack({ out: file(gone) }, result)).toThrow(
      `The result of make names a file that cannot be used: result.out is ${gone}, which does not exist`,
    );
    const error = unpackError(
      packError(Object.assign(new Error("no"), { at: file(gone) }), { task: "make", role: "error" }),
    );
    expect(error).toMatchObject({ message: "no", at: gone });
  });

  test("what was never marked has no list of files, whatever its bytes are", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }), value => {
        let packed: unknown;
        try {
          packed = pack([value, new URL("https://example.org")], result);
        } catch {
          return;
        }
        expect(filesIn(packed as Packed)).toEqual([]);
      }),
    );
  });

  test("any value with files in it comes back with their paths", () => {
    const paths = [written("1"), written("2"), written("3")];
    const tree = fc.letrec(tie => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...paths).map(path => ({ file: path })),
        fc.oneof(fc.string(), fc.integer(), fc.constant(-0), fc.date()),
        fc.array(tie("tree")),
        fc.dictionary(fc.string(), tie("tree")),
        fc.array(fc.tuple(fc.string(), tie("tree"))).map(entries => new Map(entries)),
      ),
    })).tree;
    const build = (at: unknown, leaf: (path: string) => unknown): unknown => {
      if (Array.isArray(at)) return at.map(part => build(part, leaf));
      if (at instanceof Map) return new Map([...at].map(([key, part]) => [key, build(part, leaf)]));
      if (typeof at !== "object" || at === null || at instanceof Date) return at;
      if (paths.includes((at as { file: string }).file)) return leaf((at as { file: string }).file);
      return Object.fromEntries(Object.entries(at).map(([key, part]) => [key, build(part, leaf)]));
    };
    fc.assert(
      fc.property(tree, shape => {
        const value = build(shape, file);
        const wire: unknown[] = [];
        toWire(pack(value, result), wire);
        const packed = fromWire(wire, { at: 0 });
        const plain = build(shape, path => path);
        expect(unpack(packed)).toEqual(plain);
        expect(withoutMarks(value)).toEqual(plain);
        const named = new Set<string>();
        build(shape, path => named.add(path));
        expect(new Set(filesIn(packed).map(each => each.path))).toEqual(named);
      }),
    );
  });
});

describe("handed over in this memory", () => {
  test("is replaced by its path; what holds none stays the same object", () => {
    const path = written("a");
    const plain = { a: [1] };
    expect(withoutMarks(plain)).toBe(plain);
    expect(withoutMarks({ a: [file(path)], plain })).toEqual({ a: [path], plain });
    expect(withoutMarks(new Quote([file(path)]))).toEqual([path]);
    expect((withoutMarks({ at: file(path), plain }) as { plain: unknown }).plain).toBe(plain);
  });

  test("must be there", () => {
    expect(() => checkFiles({ a: [file(join(folder, "gone"))] }, result)).toThrow(/gone, which does not exist/);
    checkFiles({ a: [file(written("x"))] }, result);
    checkFiles(new FileMark("/gone", { digest: "0".repeat(64), size: 1 }), result);
  });
});
