/** Random trees of calls that need labels, for property tests. */
import fc from "fast-check";

export interface Plan {
  readonly pool: number;
  readonly priority: number;
  readonly needs: readonly { readonly label: number; readonly amount: number; readonly held: boolean }[];
  readonly children: readonly Plan[];
}

const planOf = (children: fc.Arbitrary<readonly Plan[]>): fc.Arbitrary<Plan> =>
  fc.record({
    pool: fc.nat(1),
    priority: fc.integer({ min: -1, max: 1 }),
    needs: fc.uniqueArray(fc.record({ label: fc.nat(2), amount: fc.integer({ min: 1, max: 2 }), held: fc.boolean() }), {
      maxLength: 3,
      selector: each => each.label,
    }),
    children,
  });
/** Calls with calls within them, so many levels deep. */
export function plansOf(depth: number): fc.Arbitrary<Plan> {
  let plans = planOf(fc.constant([]));
  for (let level = 0; level < depth; level++) plans = planOf(fc.array(plans, { maxLength: 3 }));
  return plans;
}
