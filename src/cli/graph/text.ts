import type { Plan } from "../../graph/plan.ts";
import { count, plural } from "../../report/format.ts";

/** One line, such as `12 calls: 9 hit, 2 run, 1 may run`. */
export function planText(plan: Plan): string {
  const { hit, run, mayRun, unknown } = plan.summary();
  const counts: [number, string][] = [
    [hit, "hit"],
    [run, "run"],
    [mayRun, "may run"],
    [unknown, "unknown"],
  ];
  const said = counts.filter(([calls]) => calls > 0).map(([calls, state]) => `${count(calls)} ${state}`);
  const open = plan.unfinished.length;
  const total = plural(hit + run + mayRun + unknown, "call");
  const rest =
    open === 0 ? "" : `; ${plural(open, "flow is", "flows are")} planned only up to a value that has to be computed`;
  return `${total}${said.length === 0 ? "" : `: ${said.join(", ")}`}${rest}`;
}
