/** When work comes that comes again and again. */
import { Cron } from "croner";
import { shown } from "../config/shown.ts";
import { UsageError } from "../errors.ts";

export interface Pattern {
  readonly cron: string;
  /** Such as `"Europe/Berlin"`; null for that of this process. */
  readonly timezone: string | null;
}

/**
 * The next time after this one, in milliseconds since the epoch; null for never again.
 *
 * @throws UsageError for what is no pattern, or no timezone.
 */
export function nextTime({ cron, timezone }: Pattern, after: number): number | null {
  if (timezone !== null) checkTimezone(timezone);
  try {
    const pattern = timezone === null ? new Cron(cron) : new Cron(cron, { timezone });
    return pattern.nextRun(new Date(after))?.getTime() ?? null;
  } catch (error) {
    // Its messages begin with what threw them.
    const problem = (error as Error).message.replace(/^\w+: /, "").split("\n", 1)[0]!;
    throw new UsageError({
      problem: `${shown(cron)} is no time that comes again: ${problem}`,
      hint: 'Give five fields, minute, hour, day, month and weekday, such as "0 5 * * 1-5"; one for seconds may stand before them. Or "@daily", and the like.',
    });
  }
}

function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    throw new UsageError({
      problem: `There is no timezone ${shown(timezone)}`,
      hint: 'Give a name such as "Europe/Berlin" or "UTC".',
    });
  }
}
