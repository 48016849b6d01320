/** When work comes that comes again and again. */
import { Cron } from "croner";
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
  try {
    const pattern = timezone === null ? new Cron(cron) : new Cron(cron, { timezone });
    return pattern.nextRun(new Date(after))?.getTime() ?? null;
  } catch (error) {
    throw new UsageError({
      problem: `"${cron}"${timezone === null ? "" : ` in ${timezone}`} is no time that comes again: ${(error as Error).message}`,
      hint: 'Give five fields, minute, hour, day, month and weekday, such as "0 5 * * 1-5".',
    });
  }
}
