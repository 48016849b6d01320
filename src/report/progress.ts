import { coarse, count, percent, rate } from "./format.ts";
import { shownTasks } from "./frame.ts";
import { countsOf } from "./summary.ts";
import type { TaskView } from "./tasks.ts";
import { oneLine } from "./text.ts";
import type { RunView } from "./view.ts";

const progressEvery = 10_000;
const mostRunning = 3;

interface Told {
  at: number;
  finished: number;
  /** How many had finished at the last look. */
  seen: number;
}

/** Says how the tasks of a run get on, in lines for a log: each at most every ten seconds, and when it is done. */
export class Progress {
  readonly #told = new Map<TaskView, Told>();

  /** The lines that are due; to be asked about once a second. */
  lines(view: RunView, now: number): string[] {
    // Targets that are fresh may be thousands, and have nothing to tell.
    const tasks = shownTasks(view).filter(task => !task.isFresh);
    return tasks.flatMap(task => this.#lineOf(task, now) ?? []);
  }

  #lineOf(task: TaskView, now: number): string | undefined {
    const { finished, remaining } = task;
    const told = this.#told.get(task) ?? { at: task.firstStart ?? now, finished: 0, seen: 0 };
    this.#told.set(task, told);
    // A flow that submits one call after another has none left often: done is what stays so between two looks.
    const done = remaining === 0 && finished === told.seen;
    told.seen = finished;
    if (finished === told.finished) return undefined;
    if (now - told.at < progressEvery && !(done && told.finished === 0)) return undefined;
    told.at = now;
    told.finished = finished;
    return done ? `${oneLine(task.name)}: ${countsOf(task)}` : underWay(task, now);
  }
}

function underWay(task: TaskView, now: number): string {
  const perSecond = task.pace.perSecond(now);
  const left = task.timeLeft(now);
  const facts = [
    `${count(task.finished)} of ${count(task.submitted)}`,
    ...(task.counts.failed > 0 ? [`${count(task.counts.failed)} failed`] : []),
    ...(perSecond === undefined ? [] : [rate(perSecond)]),
    ...(left === undefined ? [] : [`about ${coarse(left)} left`]),
  ];
  return `${oneLine(task.name)}: ${facts.join(", ")}`;
}

/** What runs, for when nothing else has been said in a long time. */
export function stillRunning(view: RunView, now: number): string[] {
  const running = view.running.size > 0 ? view.running : view.flows;
  const said: string[] = [];
  for (const call of running) {
    if (said.length === mostRunning) break;
    const progress = view.progress.get(call);
    const done = progress === undefined ? "" : `, ${percent(progress.fraction)}`;
    said.push(`${oneLine(view.nameOf(call))} (${coarse(now - view.sinceOf(call))}${done})`);
  }
  if (said.length === 0) return [];
  const more = running.size - said.length;
  return [`still running: ${said.join(", ")}${more > 0 ? ` and ${count(more)} more` : ""}`];
}
