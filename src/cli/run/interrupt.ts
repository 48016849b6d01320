/** Ctrl-C: once to finish in order, twice to stop now. */
import { spawn } from "node:child_process";
import type { EventReader } from "../../events/event.ts";
import type { StartedRun } from "../../run/settings.ts";
import { EXIT } from "../exit.ts";

/** Ctrl-C, what ends services and jobs, and a terminal that is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const LAST_RESORT_SECONDS = 0.5;

export interface Interruption {
  /** True from the first signal on. */
  readonly happened: boolean;
  /** Learns from the events which processes to end by force. */
  readonly reader: EventReader;
  /** From now on a signal interrupts this run; before, it ends the process. */
  attach(run: StartedRun): void;
  /** Signals have their usual effect again; after one, the process is about to end, and nothing may hold it. */
  release(): void;
}

/** @param say tells the user that the first signal was understood. */
export function onInterrupt(say: () => void): Interruption {
  const pids = new Map<number, number>();
  let threads = false;
  let run: StartedRun | null = null;
  let happened = false;

  const onSignal = () => {
    if (happened || run === null) return stopNow();
    happened = true;
    run.interrupt();
    say();
  };
  const stopNow = () => {
    release();
    for (const pid of pids.values()) if (pid !== process.pid) kill(pid);
    if (threads) endByForceSoon();
    process.exit(EXIT.interrupted);
  };
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);

  return {
    get happened() {
      return happened;
    },
    reader(events) {
      for (const event of events) {
        if (event.type === "workerEnded") pids.delete(event.worker);
        if (event.type !== "workerStarted") continue;
        if (event.pid !== undefined) pids.set(event.worker, event.pid);
        threads ||= event.runner === "threads";
      }
    },
    attach(started) {
      run = started;
    },
    release() {
      release();
      if (happened && threads) endByForceSoon();
    },
  };
}

/**
 * `process.exit` waits for threads, and one in native code may take seconds to notice. Nothing in this process can run
 * meanwhile, so a process outside ends it, by the signal for which shells show 130 too.
 */
function endByForceSoon(): void {
  if (process.platform === "win32") return;
  const script = `sleep ${LAST_RESORT_SECONDS}; kill -INT "$0"; sleep ${LAST_RESORT_SECONDS}; kill -KILL "$0"`;
  spawn("/bin/sh", ["-c", script, String(process.pid)], { detached: true, stdio: "ignore" })
    .on("error", () => {})
    .unref();
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
