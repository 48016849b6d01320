/** What reports say of targets. */
import { count, plural } from "./format.ts";
import type { Style } from "./style.ts";
import type { Targets, TargetView } from "./targets.ts";
import { oneLine } from "./text.ts";

const mostLeftOut = 10;

/** `12 targets: 9 fresh, 1 skipped`. */
export function targetsText({ total, counts }: Targets): string {
  const { fresh, persisted, skipped } = counts;
  if (fresh === total) return total === 1 ? "1 target, fresh" : `${count(total)} targets, all fresh`;
  const parts = Object.entries({ fresh, persisted, skipped }).filter(([, number]) => number > 0);
  const said = parts.map(([state, number]) => `${count(number)} ${state}`).join(", ");
  return `${plural(total, "target")}${said === "" ? "" : `: ${said}`}`;
}

/** What was left out by choice, or taken as it is, and why. */
export function leftOutLines({ list }: Targets, { paint, symbols }: Style): string[] {
  const out = list.filter(({ state }) => state !== "stale");
  if (out.length === 0) return [];
  const lines = out.slice(0, mostLeftOut).map(({ name, state, reasons }) => {
    return `${paint("yellow", symbols.dot)} ${oneLine(name)} ${state}${paint("dim", reasons.length === 0 ? "" : `: ${oneLine(reasons.join("; "))}`)}`;
  });
  if (out.length > mostLeftOut)
    lines.push(`${symbols.ellipsis} and ${plural(out.length - mostLeftOut, "more target")}`);
  return [...lines, ""];
}

/** Why a target is built. */
export function explained({ name, reasons }: TargetView, { paint, symbols }: Style): string {
  return `${paint("cyan", symbols.why)} ${paint("bold", oneLine(name))}: ${oneLine(reasons.join("; "))}`;
}
