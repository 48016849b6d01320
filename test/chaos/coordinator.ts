/** One process that executes the pipeline of a round, and what is done to it meanwhile. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { HeddleEvent } from "heddle";
import { fill } from "../disk/disk.ts";
import type { Tally } from "./faults.ts";
import { linesIn, readLog } from "./log.ts";
import type { Round, RunPlan } from "./round.ts";
import type { Stage } from "./stage.ts";

const LOOK = 10;
/** Nothing that is asked of it takes so long. */
const DEADLINE = 90_000;

export interface Submission {
  readonly id: string;
  readonly state: string;
  readonly digest?: string;
  readonly error?: string;
}

/** What it said at its end. */
export interface Report {
  readonly value?: readonly Submission[];
  readonly error?: string;
  readonly warnings: readonly string[];
  /** What it had open that it had not at its start. */
  readonly left: readonly string[];
}

export interface Ended {
  readonly run: number;
  readonly plan: RunPlan;
  /** Null if it was killed before it came to that. */
  readonly report: Report | null;
  readonly events: readonly HeddleEvent[];
  /** How it was ended from outside. */
  readonly struck: "SIGKILL" | "SIGTERM" | null;
  readonly filled: boolean;
  readonly problems: readonly string[];
}

export class Coordinator {
  readonly #stage: Stage;
  readonly #run: number;
  readonly #plan: RunPlan;
  readonly #tally: Tally;
  readonly #child: ChildProcess;
  #stderr = "";
  #struck: Ended["struck"] = null;
  #filler: string | null = null;
  #filled = false;
  #over = false;

  constructor(round: Round, stage: Stage, run: number, { plan, tally, isCalm = false }: CoordinatorOptions) {
    this.#stage = stage;
    this.#run = run;
    this.#plan = plan;
    this.#tally = tally;
    this.#child = spawn(process.execPath, ["coordinator.mjs"], {
      cwd: stage.folder,
      env: stage.env(round, run, isCalm),
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
  }

  async ended(): Promise<Ended> {
    const problems: string[] = [];
    const end = new Promise<string>(resolve => {
      this.#child.on("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const disturbed = this.#disturb(problems);
    const how = await end;
    this.#over = true;
    await disturbed;
    if (this.#filler !== null) rmSync(this.#filler, { force: true });
    const said = () => (this.#stderr === "" ? "" : `, saying ${this.#stderr}`);
    if (how !== "exit code 0" && !(how === "SIGKILL" && this.#struck === "SIGKILL")) {
      // Before it has begun to listen, a signal ends it.
      const isEarly = how === "SIGTERM" && this.#struck === "SIGTERM";
      if (!isEarly) problems.push(`run ${this.#run} ended with ${how}${said()}`);
    }
    const path = join(this.#stage.out, `report-${this.#run}.json`);
    const report = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Report) : null;
    const events = linesIn(join(this.#stage.out, `events-${this.#run}.jsonl`)).map(line => JSON.parse(line));
    const { struck, filled } = { struck: this.#struck, filled: this.#filled };
    return { run: this.#run, plan: this.#plan, report, events, struck, filled, problems };
  }

  /** Waits for the moments at which something is done to it. */
  async #disturb(problems: string[]): Promise<void> {
    const deadline = performance.now() + DEADLINE;
    const { end, fill: full } = this.#plan;
    while (!this.#over) {
      const turns = readLog(this.#stage.log).filter(({ run }) => run === this.#run).length;
      if (full !== null && !this.#filled && turns >= full.turns) this.#fill(full.left);
      if (end !== null && this.#struck === null && turns >= end.turns) {
        await new Promise(resolve => setTimeout(resolve, end.ms));
        if (this.#over) return;
        this.#struck = end.signal;
        this.#tally.count(`coordinator ${end.signal}`);
        this.#child.kill(end.signal);
      }
      if (performance.now() > deadline) {
        problems.push(`run ${this.#run} does not end${this.#stderr === "" ? "" : `, saying ${this.#stderr}`}`);
        this.#child.kill("SIGKILL");
        return;
      }
      await new Promise(resolve => setTimeout(resolve, LOOK));
    }
  }

  #fill(left: number): void {
    this.#filled = true;
    if (!this.#tally.disks) return;
    this.#tally.count("disk full");
    try {
      this.#filler = fill(this.#stage.store, left);
    } catch {
      // The run filled what was left at the same moment.
      this.#filler = join(this.#stage.store, "filler");
    }
  }
}

export interface CoordinatorOptions {
  readonly plan: RunPlan;
  readonly tally: Tally;
  readonly isCalm?: boolean;
}
