import { bar } from "./bar.ts";
import type { ShowCapture } from "./capture.ts";
import { captureLines, errorLines, type FailureOptions, fullFailure } from "./failure.ts";
import { headOf } from "./failures.ts";
import { count, duration, percent, plural } from "./format.ts";
import { shownTasks } from "./frame.ts";
import { type StackPlace, stackPlace } from "./stack.ts";
import type { Style } from "./style.ts";
import { leftOutLines, targetsText } from "./targetlines.ts";
import type { TaskView } from "./tasks.ts";
import { cut, oneLine, padEnd, padStart, width } from "./text.ts";
import type { RunView } from "./view.ts";

export interface SummaryOptions {
  readonly style: Style;
  /** Lines of tables are cut to this width; messages and output are not. */
  readonly columns: number;
  readonly showCapture?: ShowCapture;
  readonly place?: StackPlace;
}

const mostFailures = 10;
const mostWorkers = 16;
const mostRows = 40;
/** Runs shorter than this have no use for where their time went. */
const worthProfiling = 1000;

/** The closing report on a run, as lines. */
export function summaryLines(view: RunView, options: SummaryOptions): string[] {
  const { style, columns, showCapture = "all", place = stackPlace() } = options;
  const tables = [...taskTable(view, style), ...profile(view, style)].map(line =>
    cut(line.trimEnd(), columns, style.symbols.ellipsis),
  );
  const trouble = [
    ...failureSection(view, { style, showCapture, place }),
    ...workerSection(view, style, showCapture),
    ...warningSection(view, style),
    ...leftOutLines(view.targets, style),
  ];
  return [
    ...(trouble.length > 0 ? [""] : []),
    ...trouble,
    headline(view, style),
    ...tables,
    ...resumption(view, style),
  ];
}

/** Only what went wrong, for a quiet reporter. */
export function troubleLines(view: RunView, options: SummaryOptions): string[] {
  const { style, showCapture = "all", place = stackPlace() } = options;
  if (view.end?.state === "completed") return [];
  return [...failureSection(view, { style, showCapture, place }), headline(view, style), ...resumption(view, style)];
}

/** How to go on where the run ended. */
function resumption({ end }: RunView, { paint }: Style): string[] {
  if (end?.resumable === undefined) return [];
  return [
    paint("dim", `  ${plural(end.resumable, "result")} kept: run it again with --resume to do only what is missing`),
  ];
}

function headline(view: RunView, { paint, symbols }: Style): string {
  const name = oneLine(view.started?.flow ?? "run");
  const { end } = view;
  const tasks = shownTasks(view);
  const sum = (of: (task: TaskView) => number) => tasks.reduce((all, task) => all + of(task), 0);
  const failed = sum(task => task.counts.failed);
  const calls = sum(task => task.finished);
  const facts = [
    ...(view.targets.any ? [targetsText(view.targets)] : []),
    ...(view.targets.any && calls === view.targets.total ? [] : [plural(calls, "call")]),
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(calls > 0 && sum(task => task.cached) === calls ? [calls > 1 ? "all from the cache" : "from the cache"] : []),
  ];
  const rest = paint("dim", `${symbols.dot} ${rootCached(view) ? "its result was in the cache" : facts.join(", ")}`);
  if (end === undefined) return `${paint("yellow", symbols.warning)} ${paint("bold", `${name} did not end`)} ${rest}`;
  const { state, ms } = end;
  if (state === "completed") {
    return `${paint("green", symbols.ok)} ${paint("bold", `${name} completed`)} in ${duration(ms)} ${rest}`;
  }
  const [format, symbol, said] =
    state === "failed"
      ? (["red", symbols.failed, "failed"] as const)
      : (["yellow", symbols.warning, "interrupted"] as const);
  return `${paint(format, symbol)} ${paint("bold", `${name} ${said}`)} after ${duration(ms)} ${rest}`;
}

/** Then nothing else was called. */
function rootCached(view: RunView): boolean {
  return view.root !== undefined && view.wasCached(view.root);
}

function failureSection(view: RunView, options: FailureOptions): string[] {
  const { groups, more, heads } = view.failures;
  const lines: string[] = [];
  for (const group of groups.slice(0, mostFailures)) lines.push(...fullFailure(group, options), "");
  const hidden = groups.slice(mostFailures).reduce((sum, group) => sum + group.count, more);
  if (hidden > 0) {
    const { paint, symbols } = options.style;
    const { ellipsis } = symbols;
    lines.push(`${ellipsis} and ${plural(hidden, "more failure")}`);
    const rest = new Map(heads);
    for (const group of groups.slice(mostFailures)) {
      rest.set(headOf(group), (rest.get(headOf(group)) ?? 0) + group.count);
    }
    const largest = [...rest].sort((a, b) => b[1] - a[1]).slice(0, 5);
    for (const [head, times] of largest)
      lines.push(paint("dim", `  ${count(times)} ${cut(oneLine(head), 120, ellipsis)}`));
    lines.push("");
  }
  const error = view.end?.error;
  // The run's error mostly is that of a call, told above; what it says beyond that is told here.
  const told = error === undefined || view.failures.knows(error) || error.code === "INTERRUPTED";
  if (!told) {
    const own = error.code === "UNOBSERVED" ? { name: error.name, message: error.message, code: error.code } : error;
    lines.push(...errorLines(own, options, ""), "");
  }
  return lines;
}

function workerSection(view: RunView, style: Style, show: ShowCapture): string[] {
  const lines: string[] = [];
  for (const worker of view.workers.values()) {
    const output = captureLines(worker.output, show, style, "  ");
    if (worker.reason === "crashed") {
      const detail = worker.detail === undefined ? "" : `: ${oneLine(worker.detail)}`;
      lines.push(`${style.paint("yellow", style.symbols.warning)} ${oneLine(worker.name)} died${detail}`, ...output);
    } else if (output.length > 0) {
      lines.push(`${oneLine(worker.name)} wrote outside of calls`, ...output);
    }
  }
  const most = 60;
  if (lines.length > most) lines.splice(0, lines.length - most, "(earlier lines of workers are left out)");
  return lines.length === 0 ? [] : [...lines, ""];
}

function warningSection(view: RunView, style: Style): string[] {
  const { list, more } = view.warnings;
  if (list.length === 0) return [];
  const { paint, symbols } = style;
  const lines = list.slice(0, 10).map(({ name, message, call, count: times }) => {
    const from = call === undefined ? "" : ` (${oneLine(call)})`;
    const often = times === 1 ? "" : ` ${symbols.times}${count(times)}`;
    return `${paint("yellow", symbols.warning)} ${oneLine(name)}${often}: ${oneLine(message)}${paint("dim", from)}`;
  });
  const hidden = list.slice(10).reduce((sum, warning) => sum + warning.count, more);
  if (hidden > 0) lines.push(`${symbols.ellipsis} and ${plural(hidden, "more warning")}`);
  return [...lines, ""];
}

/** Of a build those that had something to do: there may be thousands of targets. */
function tabled(view: RunView): TaskView[] {
  const tasks = shownTasks(view);
  return view.targets.any ? tasks.filter(task => !task.isFresh) : tasks;
}

function taskTable(view: RunView, { paint, symbols: { ellipsis } }: Style): string[] {
  const all = tabled(view);
  const tasks = view.targets.any ? all.slice(0, mostRows) : all;
  const rows = tasks.map(task => ({
    name: cut(oneLine(task.name), 40, ellipsis),
    counts: countsOf(task),
    times: timesOf(task),
  }));
  const names = Math.max(0, ...rows.map(row => width(row.name)));
  const counts = Math.max(0, ...rows.map(row => row.counts.length));
  const lines = rows.map(
    ({ name, counts: said, times }) => `  ${padEnd(name, names)}  ${padEnd(said, counts)}  ${paint("dim", times)}`,
  );
  const more = all.length - tasks.length;
  return more > 0 ? [...lines, `  ${ellipsis} and ${plural(more, "more target")}`] : lines;
}

/** A task's calls in words: `1,990 completed, 10 failed, 3 retries`. */
export function countsOf(task: TaskView): string {
  const { failed, cancelled, upstreamFailed } = task.counts;
  const parts = [
    [task.executed, "completed"],
    [task.cached, "cached"],
    [task.settled.fresh, "fresh"],
    [task.settled.persisted, "persisted"],
    [task.settled.skipped, "skipped"],
    [failed, "failed"],
    [upstreamFailed, "not run"],
    [cancelled, "cancelled"],
    [task.remaining, "not finished"],
    [task.retries, task.retries === 1 ? "retry" : "retries"],
    [task.restarts, task.restarts === 1 ? "restart" : "restarts"],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, word]) => `${count(number)} ${word}`);
  return said.join(", ");
}

function timesOf(task: TaskView): string {
  if (task.meanMs === undefined) return "";
  const each = task.attempts > 1 ? " each" : "";
  return `${duration(task.meanMs)}${each}, after waiting ${duration(task.meanWaitMs)}`;
}

function profile(view: RunView, style: Style): string[] {
  const { end } = view;
  if (end === undefined || end.ms < worthProfiling) return [];
  return [...slowestCalls(view, style), ...utilisation(view, end.at, style)];
}

function slowestCalls(view: RunView, { paint, symbols: { ellipsis } }: Style): string[] {
  const [first] = view.slowest.list;
  const list = view.slowest.list.filter(call => call.ms >= Math.max(10, first!.ms / 50));
  if (list.length < 2) return [];
  const rows = list.map(({ name, ms, waited }) => ({
    name: cut(oneLine(name), 60, ellipsis),
    ms: duration(ms),
    waited,
  }));
  const names = Math.max(...rows.map(row => width(row.name)));
  const times = Math.max(...rows.map(row => row.ms.length));
  return [
    "",
    "  Slowest calls",
    ...rows.map(({ name, ms, waited }) => {
      const after = waited < 1 ? "" : paint("dim", `  after waiting ${duration(waited)}`);
      return `  ${padEnd(name, names)}  ${padStart(ms, times)}${after}`;
    }),
  ];
}

function utilisation(view: RunView, end: number, style: Style): string[] {
  const workers = [...view.workers.values()].filter(worker => worker.calls > 0);
  if (workers.length === 0) return [];
  const names = Math.max(...workers.map(worker => width(oneLine(worker.name))));
  const lines = workers.slice(0, mostWorkers).map(worker => {
    const used = worker.utilisation(end);
    const share = padStart(percent(used), 4);
    return `  ${padEnd(oneLine(worker.name), names)}  ${bar(20, used, 0, style)} ${share}  ${style.paint("dim", plural(worker.calls, "call"))}`;
  });
  const more = workers.length - mostWorkers;
  if (more > 0) lines.push(`  ${style.symbols.ellipsis} and ${plural(more, "more worker")}`);
  return ["", "  Workers, busy", ...lines];
}
