/** What a worker says of its jobs: lines on stderr for people, or lines of JSON on stdout. */
import { type JobsWaiting, MOST_COUNTED } from "../../background/queue.ts";
import type { WorkerSettings } from "../../background/worker.ts";
import { duration, plural } from "../../report/format.ts";
import { styleFor } from "../../report/style.ts";
import { oneLine } from "../../report/text.ts";
import type { Definition } from "../../task/definition.ts";
import { linesTo } from "./lines.ts";

const MINUTE = 60_000;

export interface WorkerReport extends Pick<WorkerSettings, "began" | "ended" | "gaveBack" | "troubled" | "recovered"> {
  /** `bundles`: it takes code that is sent, too. */
  ready(
    tasks: readonly Definition[],
    queues: readonly string[],
    concurrency: number,
    place: string,
    bundles: boolean,
  ): void;
  draining(): void;
  /** Writes what was said: nothing is to be lost when the process ends. */
  flush(): void;
  /** Jobs wait in its queues whose task it does not know. */
  unserved(jobs: JobsWaiting): void;
  /** Nothing waits in a queue that it serves, but in one whose name is near. */
  misspelt(queue: string, near: string): void;
}

export function openReport({ json }: { readonly json?: boolean }): WorkerReport {
  return json === true ? jsonReport() : textReport();
}

function textReport(): WorkerReport {
  const { paint, symbols } = styleFor(process.stderr, process.env);
  const { say, flush } = linesTo(process.stderr);
  let running = 0;
  return {
    flush,
    ready(tasks, queues, concurrency, place, bundles) {
      const names = tasks.map(({ name }) => oneLine(name)).sort();
      if (bundles) names.push("what runs send");
      const queue = queues.length === 1 ? `queue ${queues[0]}` : `queues ${queues.join(", ")}`;
      say(`heddle worker: ${names.join(", ")} · ${queue} · ${concurrency} at once · ${place}`);
    },
    began() {
      running += 1;
    },
    ended({ name, id }, { state, problem }, ms) {
      running -= 1;
      const end = `${oneLine(name)} ${paint("dim", `${id} ${duration(ms)}`)}`;
      if (state === "completed") say(`${paint("green", symbols.ok)} ${end}`);
      else say(`${paint("red", symbols.failed)} ${end} ${state}: ${problem}`);
    },
    gaveBack({ name, id }, ms) {
      running -= 1;
      say(
        `${paint("yellow", symbols.retry)} ${oneLine(name)} ${paint("dim", `${id} ${duration(ms)}`)} given back to the queue`,
      );
    },
    ...oncePerMinute(
      message => say(`heddle: ${message}`),
      () => say("heddle: the queue is there again"),
    ),
    draining() {
      if (running === 0) return;
      const jobs = running === 1 ? "1 job has" : `${running} jobs have`;
      say(`heddle: ends when ${jobs} ended; once more gives ${running === 1 ? "it" : "them"} back to the queue`);
    },
    unserved({ queue, task, count }) {
      const jobs = `${plural(count, "job")}${count === MOST_COUNTED ? " or more" : ""}`;
      const wait = `${jobs} ${count === 1 ? "waits" : "wait"}`;
      say(`heddle: ${wait} in the queue ${oneLine(queue)} for ${oneLine(task)}, which no module here defines`);
    },
    misspelt(queue, near) {
      say(
        `heddle: nothing waits in the queue ${oneLine(queue)}, but in ${oneLine(near)}: did you mean --queue ${oneLine(near)}?`,
      );
    },
  };
}

function jsonReport(): WorkerReport {
  const { say: write, flush } = linesTo(process.stdout);
  const say = (fields: object) => write(JSON.stringify(fields));
  return {
    flush,
    ready: (tasks, queues, concurrency, store, bundles) =>
      say({ type: "workerReady", tasks: tasks.map(({ identity }) => identity), queues, concurrency, store, bundles }),
    began: ({ id, task, attempts }) => say({ type: "jobStarted", id, task, attempt: attempts }),
    ended: ({ id, task }, { state, problem }, ms) => say({ type: "jobEnded", id, task, state, ms, problem }),
    gaveBack: ({ id, task }, ms) => say({ type: "jobGivenBack", id, task, ms }),
    ...oncePerMinute(
      message => say({ type: "trouble", message }),
      () => say({ type: "recovered" }),
    ),
    draining: () => say({ type: "workerDraining" }),
    unserved: jobs => say({ type: "jobsUnserved", ...jobs }),
    misspelt: (queue, near) => say({ type: "queueMisspelt", queue, near }),
  };
}

/** Trouble that lasts is met each second, and told again when a minute has passed. */
function oncePerMinute(
  tell: (message: string) => void,
  tellOver: () => void,
): Pick<WorkerReport, "troubled" | "recovered"> {
  const told = new Map<string, number>();
  const troubled = ({ message }: Error) => {
    const now = Date.now();
    if (now - (told.get(message) ?? 0) < MINUTE) return;
    for (const [before, at] of told) if (now - at >= MINUTE) told.delete(before);
    told.set(message, now);
    tell(message);
  };
  const recovered = () => {
    told.clear();
    tellOver();
  };
  return { troubled, recovered };
}
