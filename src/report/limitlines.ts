import { count, duration, plural } from "./format.ts";
import type { Style } from "./style.ts";
import { cut, oneLine } from "./text.ts";
import type { RunView } from "./view.ts";

/** The labels that calls wait for, those with the most first. */
export function limitLines(view: RunView, most: number, columns: number, { paint, symbols }: Style): string[] {
  const scarce = [...view.labels.values()].filter(({ waiting }) => waiting > 0);
  scarce.sort((a, b) => b.waiting - a.waiting);
  return scarce.slice(0, most).map(({ label, used, limit, per, waiting, shared }) => {
    const name = cut(oneLine(label), Math.max(8, Math.floor(columns / 3)), symbols.ellipsis);
    const whose = shared === true ? " by this run" : "";
    const use =
      per === undefined
        ? `${amount(used)} of ${amount(limit)} in use${whose}`
        : `${amount(limit)} per ${duration(per)}`;
    const wait = `${plural(waiting, "call waits", "calls wait")}`;
    return cut(`  ${name}  ${paint("dim", `${use}, ${wait}`)}`, columns, symbols.ellipsis);
  });
}

function amount(value: number): string {
  return Number.isInteger(value) ? count(value) : String(Number(value.toFixed(3)));
}
