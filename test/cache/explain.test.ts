import { describe, expect, test } from "vitest";
import { explain, type Past, type Situation, sayReason, sayReasons } from "../../src/cache/explain.ts";
import type { Reason } from "../../src/cache/reason.ts";
import { digestBytes } from "../../src/codec/digest.ts";
import { pack, packInputs } from "../../src/codec/pack.ts";
import { Packed } from "../../src/codec/packed.ts";
import type { About, CodePart } from "../../src/store/entry.ts";

const NAMES = ["table", "factor"];
/** Stands for a future: an instance of a class, which travels as no plain data does. */
class Future {
  readonly pending = true;
}

const subject = { task: "score", role: "input" } as const;

interface Made {
  readonly inputs?: readonly unknown[];
  readonly marks?: readonly string[];
  readonly sources?: readonly (string | null)[];
  readonly names?: readonly (string | null)[];
  readonly code?: readonly CodePart[];
  readonly at?: number;
  readonly identity?: string;
  /** Inputs that are too large to be kept, code that is not known any more. */
  readonly kept?: boolean;
}

const CODE: readonly CodePart[] = [
  { file: "src/score.ts", name: "score", digest: "1" },
  { file: "src/text.ts", name: "normalise", digest: "2" },
  { file: "left-pad@1.0.0", name: "(package)", digest: "3" },
];

/** As the code says, with one declaration that says something else. */
function edited(name: string, digest = "edited"): CodePart[] {
  return CODE.map(part => (part.name === name ? { ...part, digest } : part));
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Map ? [...part] : part)) ?? "undefined";
}

function aboutOf({ inputs = [[1], 2], marks, sources, names = NAMES, kept = true }: Made): About {
  const packed = pack(inputs, subject);
  return {
    marks: marks ?? inputs.map(textOf),
    names,
    sources: sources ?? inputs.map(() => null),
    ...(kept && { inputs: packed }),
  };
}

function keyOf(about: About, { code = CODE, identity = "a.ts score" }: Made): string {
  const digest = (value: unknown, length: number) => digestBytes(JSON.stringify(value)).slice(0, length);
  return `${digest(identity, 16)}.${digest(about.marks, 40)}.${digest(code, 40)}`;
}

function now(made: Made = {}): Situation {
  const about = aboutOf(made);
  return { key: keyOf(about, made), identity: made.identity ?? "a.ts score", code: made.code ?? CODE, about };
}

let count = 0;
function past(made: Made = {}): Past {
  const { key, identity, about, code } = now(made);
  count += 1;
  const facts = { key, identity, result: digestBytes(""), ms: 1, run: "r", call: `score-${count}` };
  const entry = { ...facts, createdAt: made.at ?? count };
  return made.kept === false ? { entry, about, code: undefined } : { entry, about, code };
}

describe("what is found", () => {
  test("nothing before", () => {
    expect(explain(now(), [])).toEqual([{ why: "neverRun" }]);
    expect(explain(now(), [past({ identity: "b.ts other" })])).toEqual([{ why: "neverRun" }]);
  });

  test("an entry: nothing to explain", () => {
    expect(explain(now(), [past({ inputs: [9, 9] }), past()])).toEqual([]);
  });

  test("code: which declaration in which file", () => {
    const changed = [...edited("normalise"), { file: "src/new.ts", name: "extra", digest: "4" }].slice(1);
    expect(explain(now({ code: changed }), [past()])).toEqual([
      {
        why: "codeChanged",
        changes: [
          { file: "src/text.ts", name: "normalise", how: "changed" },
          { file: "src/new.ts", name: "extra", how: "added" },
          { file: "src/score.ts", name: "score", how: "removed" },
        ],
      },
    ]);
  });

  test("code: compared with the latest of the same inputs, whatever ran with others since", () => {
    const before = [past({ code: edited("score"), at: 1 }), past({ at: 2 }), past({ inputs: [7, 7], at: 3 })];
    const [reason] = explain(now({ code: edited("normalise") }), before);
    expect(reason).toEqual({
      why: "codeChanged",
      changes: [{ file: "src/text.ts", name: "normalise", how: "changed" }],
    });
  });

  test("code that is not known any more", () => {
    expect(explain(now({ code: edited("score") }), [past({ kept: false })])).toEqual([
      { why: "codeChanged", changes: [] },
    ]);
  });

  test("several statements of one file are one change", () => {
    const effects = (...digests: string[]) => digests.map(digest => ({ file: "a.ts", name: "(effects)", digest }));
    expect(explain(now({ code: effects("1", "3") }), [past({ code: effects("1", "2") })])).toEqual([
      { why: "codeChanged", changes: [{ file: "a.ts", name: "(effects)", how: "changed" }] },
    ]);
  });

  test("an option: the key's last part differs, the code does not", () => {
    const was = past();
    const key = now().key.replace(/.$/, last => (last === "0" ? "1" : "0"));
    const reason = { why: "optionChanged", option: "version" };
    expect(explain({ ...now(), key, options: "version" }, [was])).toEqual([reason]);
  });

  test("an input: which path inside which parameter", () => {
    const before = past({ inputs: [{ rows: [{ name: "a" }, { name: "b" }] }, 2] });
    expect(explain(now({ inputs: [{ rows: [{ name: "a" }, { name: "c" }] }, 2] }), [before])).toEqual([
      { why: "inputChanged", parameter: "table", paths: ["rows[1].name"] },
    ]);
  });

  test("inputs of every kind, in their encoded form", () => {
    const inputs = (value: number) => [new Map([["k", new Float64Array([1, value])]]), new Set([value])];
    const made = (value: number): Made => ({ inputs: inputs(value), marks: [`${value}`, `${value}`] });
    expect(explain(now(made(2)), [past(made(3))])).toEqual([
      { why: "inputChanged", parameter: "table", paths: ['get("k")[1]'] },
      { why: "inputChanged", parameter: "factor", paths: ["has(3)", "has(2)"] },
    ]);
  });

  test("an input that is another value altogether, one that is new, one without a name", () => {
    expect(explain(now({ inputs: [[1], 3] }), [past()])).toEqual([
      { why: "inputChanged", parameter: "factor", paths: [] },
    ]);
    expect(explain(now({ inputs: [[1], 2, 5] }), [past()])).toEqual([
      { why: "inputChanged", parameter: "input 3", paths: [] },
    ]);
    const unnamed = { names: [null, null] };
    expect(explain(now({ ...unnamed, inputs: [[2], 2] }), [past(unnamed)])).toEqual([
      { why: "inputChanged", parameter: "input 1", paths: ["[0]"] },
    ]);
  });

  test("inputs that were too large to keep, or cannot be read", () => {
    const reason = { why: "inputChanged", parameter: "table", paths: [] };
    expect(explain(now({ inputs: [[2], 2] }), [past({ kept: false })])).toEqual([reason]);
    const broken = past();
    const about = { ...broken.about!, inputs: new Packed("clone", new Uint8Array([1, 2, 3])) };
    expect(explain(now({ inputs: [[2], 2] }), [{ ...broken, about }])).toEqual([reason]);
    expect(explain(now({ inputs: [[2], 2] }), [{ ...broken, about: undefined }])).toEqual([
      { why: "inputChanged", parameter: "the inputs", paths: [] },
    ]);
  });

  test("the nearest: fewest parameters, then fewest places, then the latest", () => {
    const here = { inputs: [[1, 2, 3], 2] };
    const parameters = (made: Made[]) => explain(now(here), made.map(past));
    expect(parameters([{ inputs: [[9, 2, 3], 2] }, { inputs: [[1, 2, 9], 9] }])).toEqual([
      { why: "inputChanged", parameter: "table", paths: ["[0]"] },
    ]);
    expect(parameters([{ inputs: [[1, 9, 3], 2] }, { inputs: [[9, 9, 3], 2] }])).toEqual([
      { why: "inputChanged", parameter: "table", paths: ["[1]"] },
    ]);
    expect(
      parameters([
        { inputs: [[9, 2, 3], 2], at: 20 },
        { inputs: [[1, 9, 3], 2], at: 10 },
      ]),
    ).toEqual([{ why: "inputChanged", parameter: "table", paths: ["[0]"] }]);
  });

  test("another call's result", () => {
    const made = (value: number): Made => ({ inputs: [value, 2], sources: [`fetchPage-${value}`, null] });
    expect(explain(now(made(3)), [past(made(2))])).toEqual([
      { why: "upstreamChanged", parameter: "table", call: "fetchPage-3" },
    ]);
  });

  test("another call's result inside an input, which was not kept with it", () => {
    const about = (mark: string, limit: number): About => {
      const futures = [new Future(), new Future()];
      const inputs = packInputs([{ pages: [futures[0], futures[1]], limit }], subject, value => {
        const slot = futures.indexOf(value as Future);
        return slot < 0 ? undefined : slot;
      });
      if (!(inputs instanceof Packed)) throw new Error("not one piece");
      return { marks: [mark], names: ["options"], sources: [null], inputs };
    };
    const reasons = (before: About, after: About) => {
      const was = past();
      const entry = { ...was.entry, key: keyOf(before, {}) };
      return explain({ ...now(), about: after, key: keyOf(after, {}) }, [{ ...was, entry, about: before }]);
    };
    expect(reasons(about("a", 1), about("b", 1))).toEqual([
      { why: "inputChanged", parameter: "options", paths: ["pages[0]", "pages[1]"] },
    ]);
    expect(reasons(about("a", 1), about("b", 2))).toEqual([
      { why: "inputChanged", parameter: "options", paths: ["limit"] },
    ]);
  });

  test("both: code first", () => {
    const reasons = explain(now({ inputs: [[1], 5], code: edited("score") }), [past()]);
    expect(reasons.map(({ why }) => why)).toEqual(["codeChanged", "inputChanged"]);
  });

  test("100,000 earlier entries", () => {
    const about = (i: number): About => ({ marks: [`${i}`, "x"], names: NAMES, sources: [null, null] });
    const was = past();
    const many = Array.from({ length: 100_000 }, (_, i): Past => {
      const entry = { ...was.entry, key: keyOf(about(i), {}), createdAt: i };
      return { entry, about: about(i), code: undefined };
    });
    const after = about(-1);
    expect(explain({ ...now(), about: after, key: keyOf(after, {}) }, many)).toEqual([
      { why: "inputChanged", parameter: "table", paths: [] },
    ]);
  });
});

const names = (count: number) => Array.from({ length: count }, (_, i) => `a-${i + 1}`);

describe("what is said", () => {
  test.each<[Reason, string]>([
    [{ why: "neverRun" }, "never run"],
    [
      { why: "codeChanged", changes: [{ file: "src/text.ts", name: "normalise", how: "changed" }] },
      "code changed: normalise in src/text.ts",
    ],
    [{ why: "codeChanged", changes: [] }, "code changed"],
    [
      {
        why: "codeChanged",
        changes: [
          { file: "a.ts", name: "(effects)", how: "changed" },
          { file: "b.ts", name: "(module)", how: "added" },
          { file: "c.ts", name: "f", how: "removed" },
        ],
      },
      "code changed: statements at the top level of a.ts, b.ts (new), f in c.ts (gone)",
    ],
    [
      {
        why: "codeChanged",
        changes: [
          { file: "@scope/left@1.1.0", name: "(package)", how: "added" },
          { file: "src/b.ts", name: "f", how: "added" },
          { file: "@scope/left@1.0.0", name: "(package)", how: "removed" },
          { file: "src/a.ts", name: "f", how: "removed" },
        ],
      },
      "code changed: @scope/left 1.0.0 to 1.1.0, f, moved from src/a.ts to src/b.ts",
    ],
    [
      { why: "codeChanged", changes: names(9).map(name => ({ file: "x.ts", name, how: "changed" as const })) },
      "code changed: a-1 in x.ts, a-2 in x.ts, a-3 in x.ts, a-4 in x.ts and 5 more",
    ],
    [{ why: "inputChanged", parameter: "table", paths: ["rows[3].name"] }, "input changed: rows[3].name of table"],
    [{ why: "inputChanged", parameter: "table", paths: [] }, "input changed: table"],
    [{ why: "inputChanged", parameter: "t", paths: names(7) }, "input changed: a-1, a-2, a-3 and 4 more of t"],
    [
      { why: "upstreamChanged", parameter: "pages", call: "fetchPage-3" },
      "upstream changed: fetchPage-3 (parameter pages)",
    ],
    [{ why: "upstreamRuns", calls: names(3) }, "needs what would run: a-1, a-2, a-3"],
    [{ why: "upstreamRuns", calls: names(7) }, "needs what would run: a-1, a-2, a-3 and 4 more"],
    [{ why: "childChanged", task: "score", reason: "code changed" }, "child changed: score (code changed)"],
    [{ why: "expired", at: 0 }, "expired 3 minutes ago"],
    [{ why: "expired", at: 180_000 }, "expired just now"],
    [{ why: "damaged", problem: "its bytes are other ones" }, "its entry is damaged: its bytes are other ones"],
    [{ why: "fileChanged", path: "out.csv", how: "changed" }, "file changed: out.csv"],
    [{ why: "fileChanged", path: "out.csv", how: "missing" }, "file missing: out.csv"],
    [{ why: "optionChanged", option: "version" }, "option changed: version"],
    [{ why: "forced" }, "forced"],
    [{ why: "cacheOff" }, "cache off"],
  ])("%j", (reason, sentence) => {
    expect(sayReason(reason, 180_000)).toBe(sentence);
  });

  test("several in one line", () => {
    expect(sayReasons([{ why: "forced" }, { why: "neverRun" }])).toBe("forced; never run");
    expect(sayReasons([])).toBe("");
  });
});
