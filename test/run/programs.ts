/** Random programs over the public API, as data. */
import fc from "fast-check";

/** What a flow of the program does, line by line; numbers in `refs` choose among what there is by then. */
export type Line =
  | { readonly op: "work"; readonly spec: Spec; readonly refs: readonly number[]; readonly shape: number }
  | { readonly op: "after"; readonly spec: Spec; readonly refs: readonly number[] }
  | { readonly op: "map"; readonly specs: readonly Spec[]; readonly ref: number }
  | { readonly op: "mapFuture"; readonly count: number; readonly fails: boolean }
  | { readonly op: "mapList"; readonly ref: number; readonly spec: Spec }
  | { readonly op: "flow"; readonly body: Program; readonly refs: readonly number[]; readonly direct: boolean }
  | { readonly op: "cancel"; readonly ref: number }
  | { readonly op: "look"; readonly ref: number; readonly how: number }
  | { readonly op: "all" | "allow"; readonly refs: readonly number[] }
  | { readonly op: "part"; readonly ref: number; readonly bad: boolean }
  | { readonly op: "tick" };

export interface Spec {
  readonly fails: number;
  readonly ticks: number;
  readonly retries: number;
  readonly direct: boolean;
}

export interface Program {
  readonly lines: readonly Line[];
  readonly returns: readonly number[];
  readonly throws: boolean;
  readonly goesOn: boolean;
}

const spec: fc.Arbitrary<Spec> = fc.record({
  fails: fc.constantFrom(0, 0, 0, 1, 2),
  ticks: fc.constantFrom(0, 0, 1, 2),
  retries: fc.constantFrom(0, 0, 1),
  direct: fc.constantFrom(false, false, true),
});
const refs = fc.array(fc.nat(30), { maxLength: 3 });
const ref = fc.nat(30);
const leaf: fc.Arbitrary<Line> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant("work" as const), spec, refs, shape: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("after" as const), spec, refs }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant("map" as const), specs: fc.array(spec, { maxLength: 4 }), ref }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("mapFuture" as const), count: fc.nat(4), fails: rarely() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("mapList" as const), ref, spec }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("cancel" as const), ref }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("look" as const), ref, how: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom("all" as const, "allow" as const), refs }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("part" as const), ref, bad: rarely() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("tick" as const) }) },
);

function rarely(): fc.Arbitrary<boolean> {
  return fc.constantFrom(false, false, false, true);
}

export const program = fc.letrec<{ program: Program; line: Line }>(tie => ({
  program: fc.record({
    lines: fc.array(tie("line"), { maxLength: 16, size: "max" }),
    returns: refs,
    throws: fc.constantFrom(false, false, false, false, true),
    goesOn: fc.boolean(),
  }),
  line: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 8, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant("flow" as const), body: tie("program"), refs, direct: fc.boolean() }),
    },
  ),
})).program;
