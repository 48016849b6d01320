import { after, now } from "./clock.ts";
import type { Run } from "./run.ts";

/** Tells the scheduler the time when it next wants to know it. */
export class Alarm {
  private readonly run: Run;
  private stop: (() => void) | null = null;
  private at = Number.POSITIVE_INFINITY;

  constructor(run: Run) {
    this.run = run;
  }

  set(): void {
    const at = this.run.scheduler.nextWake() ?? Number.POSITIVE_INFINITY;
    if (at === this.at) return;
    this.clear();
    this.at = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.stop = after(at - now(), () => {
      this.at = Number.POSITIVE_INFINITY;
      this.run.scheduler.clock(Math.max(now(), at));
      this.run.flush();
    });
  }

  clear(): void {
    this.stop?.();
    this.stop = null;
  }
}
