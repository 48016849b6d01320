import { coarse, count, percent } from "./format.ts";
import type { Style } from "./style.ts";
import { cut, oneLine, padEnd, padStart, width } from "./text.ts";
import type { RunView } from "./view.ts";

/** Calls younger than this come and go too fast to be read. */
const worthNaming = 1000;

/** What runs now, longest first: calls that have run for a second, or that tell their progress. */
export function runningLines(view: RunView, most: number, columns: number, now: number, style: Style): string[] {
  if (most < 1) return [];
  const { paint, symbols } = style;
  const { calls, more } = pick(view, most, now);
  const rows = calls.map(call => {
    const progress = view.progress.get(call);
    return {
      name: cut(oneLine(view.nameOf(call)), Math.max(8, Math.floor(columns / 2)), symbols.ellipsis),
      time: coarse(now - view.sinceOf(call)),
      done: progress === undefined ? "" : percent(progress.fraction),
      note: oneLine(progress?.note ?? ""),
    };
  });
  const names = Math.max(0, ...rows.map(row => width(row.name)));
  const times = Math.max(0, ...rows.map(row => width(row.time)));
  const done = Math.max(0, ...rows.map(row => row.done.length));
  const lines = rows.map(row => {
    const start = `  ${padEnd(row.name, names)}  ${paint("dim", padStart(row.time, times))}`;
    const rest = done === 0 ? "" : `  ${padStart(row.done, done)}  ${paint("dim", row.note)}`;
    return cut((start + rest).trimEnd(), columns, symbols.ellipsis);
  });
  if (more > 0)
    lines.push(cut(paint("dim", `  ${symbols.ellipsis} ${count(more)} more running`), columns, symbols.ellipsis));
  return lines;
}

function pick(view: RunView, most: number, now: number): { calls: number[]; more: number } {
  const calls: number[] = [];
  let worth = 0;
  for (const call of view.running) {
    const old = now - view.sinceOf(call) >= worthNaming;
    // They are in the order of their starts, so that only progress can make a later one worth naming.
    if (!old && view.progress.size === 0) break;
    if (!old && !view.progress.has(call)) continue;
    worth++;
    if (calls.length < most) calls.push(call);
  }
  if (worth > most) calls.pop();
  return { calls, more: worth - calls.length };
}
