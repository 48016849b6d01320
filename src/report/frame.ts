import { timeLeft } from "./estimate.ts";
import { coarse } from "./format.ts";
import { limitLines } from "./limitlines.ts";
import { runningLines } from "./running.ts";
import type { Style } from "./style.ts";
import { taskLines } from "./tasklines.ts";
import type { TaskView } from "./tasks.ts";
import { cut, oneLine, width } from "./text.ts";
import type { RunView } from "./view.ts";

const mostRunning = 8;
const mostLabels = 4;

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The live area as lines, for a view at a time: a header for the run, a line per task, one for each label that calls
 * wait for, then what runs now. It has at
 * most `rows - 1` lines, none wider than `columns`.
 */
export function frame(view: RunView, size: FrameSize, now: number, style: Style): string[] {
  const { columns, rows } = size;
  // A line that fills the last column wraps on some terminals.
  const room = Math.max(1, columns - 1);
  const lines = Math.max(1, rows - 1);
  const tasks = shownTasks(view);
  const labels = limitLines(view, Math.min(mostLabels, Math.max(0, lines - 6)), room, style);
  // Tasks go first, but the first few of what runs now are worth more than the last of many tasks.
  const forTasks = Math.min(tasks.length, Math.max(2, lines - 5 - labels.length));
  const running = runningLines(view, Math.min(mostRunning, lines - 2 - forTasks - labels.length), room, now, style);
  const forRunning = running.length === 0 ? 0 : running.length + 1;
  const shown = taskLines(tasks, Math.max(0, lines - 1 - forRunning - labels.length), room, now, style);
  return [header(view, room, now, style), ...shown, ...labels, ...(running.length > 0 ? ["", ...running] : [])].slice(
    0,
    lines,
  );
}

/** All tasks with calls but the flow of the run, which the header stands for. */
export function shownTasks(view: RunView): TaskView[] {
  const root = view.root === undefined ? undefined : view.taskOf(view.root);
  return view.tasks.filter(task => task?.submitted > 0 && !(task === root && task.submitted === 1));
}

function header(view: RunView, columns: number, now: number, style: Style): string {
  const { started } = view;
  if (started === undefined) return "";
  const { paint, symbols } = style;
  const name = cut(oneLine(started.flow), Math.max(8, columns - 30), symbols.ellipsis);
  const left = timeLeft(view, now);
  const times = [coarse(now - started.at), ...(left === undefined ? [] : [`about ${coarse(left)} left`])];
  const facts = [...placeOf(view, symbols.times), ...times];
  for (let from = 0; from <= facts.length; from++) {
    // The place is the first to go where the terminal is narrow, then the elapsed time.
    const text = facts
      .slice(from)
      .map(fact => ` ${symbols.dot} ${fact}`)
      .join("");
    if (width(name) + width(text) <= columns) return paint("bold", name) + paint("dim", text);
  }
  return paint("bold", cut(name, columns, symbols.ellipsis));
}

/** Where the calls run, in words: `threads × 4`. */
export function placeOf(view: RunView, times: string): string[] {
  const { started } = view;
  if (started === undefined) return [];
  if (started.inProcess) return ["in this process, one call at a time"];
  return [
    started.workers === null ? oneLine(started.runner) : `${oneLine(started.runner)} ${times} ${started.workers}`,
  ];
}
