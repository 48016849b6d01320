import { bar } from "./bar.ts";
import { coarse, count, plural, rate } from "./format.ts";
import type { Style } from "./style.ts";
import type { TaskView } from "./tasks.ts";
import { cut, oneLine, padEnd, padStart, width } from "./text.ts";

const widestBar = 24;
const narrowestBar = 8;

interface Row {
  readonly task: TaskView;
  readonly mark: string;
  readonly name: string;
  readonly counts: string;
  readonly rate: string;
  readonly left: string;
  /** Plain text beside its dress: what else is worth knowing. */
  readonly notes: readonly (readonly [text: string, painted: string])[];
}

interface Columns {
  readonly name: number;
  readonly bar: number;
  readonly counts: number;
  readonly rate: number;
  readonly left: number;
}

/** A line per task: name, bar, counts, rate and time left, as far as there is room; the least active are folded. */
export function taskLines(
  tasks: readonly TaskView[],
  most: number,
  columns: number,
  now: number,
  style: Style,
): string[] {
  if (most < 1) return [];
  const shown = tasks.length <= most ? tasks : mostActive(tasks, most - 1);
  const rows = shown.map(task => rowOf(task, columns, now, style));
  const layout = layoutOf(rows, columns);
  const lines = rows.map(row => cut(lineOf(row, layout, style).trimEnd(), columns, style.symbols.ellipsis));
  if (shown.length < tasks.length) lines.push(folded(tasks, shown, columns, style));
  return lines;
}

function mostActive(tasks: readonly TaskView[], most: number): TaskView[] {
  const rank = (task: TaskView) => (task.counts.running > 0 ? 0 : task.remaining > 0 ? 1 : 2);
  const chosen = new Set([...tasks].sort((a, b) => rank(a) - rank(b)).slice(0, most));
  return tasks.filter(task => chosen.has(task));
}

function folded(tasks: readonly TaskView[], shown: readonly TaskView[], columns: number, style: Style): string {
  const hidden = tasks.filter(task => !shown.includes(task));
  const done = hidden.filter(task => task.remaining === 0).length;
  const { ellipsis } = style.symbols;
  return style.paint(
    "dim",
    cut(`  ${ellipsis} ${plural(hidden.length, "more task")}, ${done} done`, columns, ellipsis),
  );
}

function rowOf(task: TaskView, columns: number, now: number, { paint, symbols }: Style): Row {
  const { failed, running, cancelled, upstreamFailed, retrying } = task.counts;
  const notes: [string, string][] = [];
  const note = (text: string, format: "red" | "yellow" | "dim") => notes.push([text, paint(format, text)]);
  if (failed > 0) note(`${symbols.failed} ${count(failed)}`, "red");
  if (task.cached > 0) note(`${count(task.cached)} cached`, "dim");
  for (const [state, number] of Object.entries(task.settled)) if (number > 0) note(`${count(number)} ${state}`, "dim");
  if (task.retries > 0) note(`${symbols.retry} ${count(task.retries)}`, "yellow");
  if (cancelled > 0) note(`${count(cancelled)} cancelled`, "yellow");
  if (upstreamFailed > 0) note(`${count(upstreamFailed)} not run`, "yellow");
  const perSecond = task.remaining > 0 ? task.pace.perSecond(now) : undefined;
  const left = task.timeLeft(now);
  // How many run at this moment would flicker where calls are fast.
  if (running > 0 && (perSecond ?? 0) < 10) note(`${count(running)} running`, "dim");
  else if (retrying > 0) note("retrying", "dim");
  else if (task.remaining > 0 && task.starts === 0) note("waiting", "dim");
  const over = task.remaining === 0;
  return {
    task,
    mark: !over ? " " : task.counts.completed === task.submitted ? paint("green", symbols.ok) : failedMark(),
    name: cut(oneLine(task.name), Math.max(8, Math.floor(columns / 3)), symbols.ellipsis),
    counts: `${padStart(count(task.finished), count(task.submitted).length)}/${count(task.submitted)}`,
    rate: perSecond === undefined ? "" : rate(perSecond),
    left: left === undefined ? "" : `${coarse(left)} left`,
    notes,
  };
  function failedMark(): string {
    return failed > 0 ? paint("red", symbols.failed) : paint("yellow", symbols.warning);
  }
}

function layoutOf(rows: readonly Row[], columns: number): Columns {
  const widest = (cell: (row: Row) => string) => Math.max(0, ...rows.map(row => width(cell(row))));
  const cells = { name: widest(row => row.name), counts: widest(row => row.counts) };
  const rates = steady(
    widest(row => row.rate),
    6,
  );
  const left = steady(
    widest(row => row.left),
    9,
  );
  const notes = widest(row => row.notes.map(([text]) => `  ${text}`).join(""));
  // Tried from the richest. Where it is narrow, failures are worth more than bars.
  const choices = [
    { rate: rates, left, notes },
    { rate: 0, left, notes },
    { rate: 0, left: 0, notes },
  ];
  for (const choice of choices) {
    const taken = 2 + cells.name + 2 + cells.counts + gap(choice.rate) + gap(choice.left) + choice.notes;
    const room = columns - taken - 2;
    // In steps, so that the bars do not breathe with every digit beside them.
    if (room >= narrowestBar) return { ...cells, ...choice, bar: Math.min(widestBar, room - (room % 4)) };
  }
  return { ...cells, rate: 0, left: 0, bar: 0 };
}

/** A column that is there keeps a usual width, whatever its numbers are at the moment. */
function steady(cell: number, usual: number): number {
  return cell === 0 ? 0 : Math.max(cell, usual);
}

function gap(cell: number): number {
  return cell === 0 ? 0 : cell + 2;
}

function lineOf(row: Row, layout: Columns, style: Style): string {
  const { task } = row;
  const cells = [padEnd(row.name, layout.name)];
  if (layout.bar > 0) cells.push(bar(layout.bar, task.fraction, task.counts.failed / task.submitted, style));
  cells.push(padStart(row.counts, layout.counts));
  if (layout.rate > 0) cells.push(style.paint("dim", padStart(row.rate, layout.rate)));
  if (layout.left > 0) cells.push(padStart(row.left, layout.left));
  return [`${row.mark} ${cells.join("  ")}`, ...row.notes.map(([, painted]) => painted)].join("  ");
}
