/** What a worker says of its jobs: lines on stderr for people, or lines of JSON on stdout. */
import type { WorkerSettings } from "../../background/worker.ts";
import { duration } from "../../report/format.ts";
import { styleFor } from "../../report/style.ts";
import { oneLine } from "../../report/text.ts";
import type { Definition } from "../../task/definition.ts";

const MINUTE = 60_000;

export interface WorkerReport extends Pick<WorkerSettings, "began" | "ended" | "troubled" | "recovered"> {
  ready(tasks: readonly Definition[], queues: readonly string[], concurrency: number, place: string): void;
  draining(): void;
}

export function openReport({ json }: { readonly json?: boolean }): WorkerReport {
  return json === true ? jsonReport() : textReport();
}

function textReport(): WorkerReport {
  const { paint, symbols } = styleFor(process.stderr, process.env);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  let running = 0;
  return {
    ready(tasks, queues, concurrency, place) {
      const names = tasks.map(({ name }) => oneLine(name)).sort();
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
    ...oncePerMinute(
      message => say(`heddle: ${message}`),
      () => say("heddle: the queue is there again"),
    ),
    draining() {
      if (running === 0) return;
      const jobs = running === 1 ? "1 job" : `${running} jobs`;
      say(`heddle: ends when ${jobs} have ended; once more gives them back to the queue`);
    },
  };
}

function jsonReport(): WorkerReport {
  const say = (fields: object) => void process.stdout.write(`${JSON.stringify(fields)}\n`);
  return {
    ready: (tasks, queues, concurrency, store) =>
      say({ type: "workerReady", tasks: tasks.map(({ identity }) => identity), queues, concurrency, store }),
    began: ({ id, task, attempts }) => say({ type: "jobStarted", id, task, attempt: attempts }),
    ended: ({ id, task }, { state, problem }, ms) => say({ type: "jobEnded", id, task, state, ms, problem }),
    ...oncePerMinute(
      message => say({ type: "trouble", message }),
      () => say({ type: "recovered" }),
    ),
    draining: () => say({ type: "workerDraining" }),
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
