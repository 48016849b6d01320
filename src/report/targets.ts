import type { SettledState, TargetsSettled, TargetsStale, TaskDefined } from "../events/event.ts";

/** The identity of the flow of builds: what it submits are targets. */
const BUILD = "#build";

/** A target with why it is built, left out, or taken as it is. */
export interface TargetView {
  readonly call: number;
  readonly name: string;
  readonly state: "stale" | "persisted" | "skipped";
  readonly reasons: readonly string[];
}

/** The targets of a run that is a build. Those that are fresh are counted and nothing more: they may be many. */
export class Targets {
  readonly counts: Record<SettledState | "stale", number> = { fresh: 0, persisted: 0, skipped: 0, stale: 0 };
  /** All others, as they come. */
  readonly list: TargetView[] = [];
  readonly #stale = new Set<number>();

  /** How many are known by now. */
  total = 0;
  #flow: number | undefined;

  /** Whether the run is a build, and has targets. */
  get any(): boolean {
    return this.total > 0;
  }

  defined({ task, identity, kind }: TaskDefined): void {
    if (kind === "flow" && identity === BUILD) this.#flow = task;
  }

  /** @param flow The task number of the outermost flow, which submitted so many calls. */
  submitted(flow: number, count: number): void {
    if (flow === this.#flow) this.total += count;
  }

  stale({ calls, names, reasons }: Pick<TargetsStale, "calls" | "names" | "reasons">): void {
    for (const [at, call] of calls.entries()) {
      if (this.#stale.has(call)) continue;
      this.#stale.add(call);
      this.#add({ call, name: names[at]!, state: "stale", reasons: reasons[at] ?? [] });
    }
  }

  settled({ state, calls, names, reasons }: Pick<TargetsSettled, "state" | "calls" | "names" | "reasons">): void {
    if (state === "fresh") this.counts.fresh += calls.length;
    else {
      for (const [at, call] of calls.entries()) {
        this.#add({ call, name: names[at]!, state, reasons: reasons?.[at] ?? [] });
      }
    }
  }

  /** Whether a call is one of a target that is built. */
  isTarget(call: number): boolean {
    return this.#stale.has(call);
  }

  #add(target: TargetView): void {
    this.counts[target.state] += 1;
    this.list.push(target);
  }
}

/** Builds these targets, and nothing else that is up to date. */
export function againCommand(names: readonly string[]): string {
  return ["heddle build", ...names.map(quoted)].join(" ");
}

/** As a shell reads it back. */
function quoted(name: string): string {
  return /^[\w./:@%+=,-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
