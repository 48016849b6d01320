/** `heddle schedule ls` and `rm`. */
import { UsageError } from "../../errors.ts";
import { oneLine } from "../../report/text.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type QueueFlags, withQueue } from "../jobs/place.ts";
import { timeText } from "../jobs/time.ts";
import { print, printJson, stdoutScreen, table } from "../screen.ts";

export function list(flags: QueueFlags): Promise<ExitCode> {
  return withQueue(flags, async queue => {
    const schedules = (await queue?.schedules()) ?? [];
    if (flags.json === true) {
      printJson(schedules.map(({ job: { inputs: _, ...job }, ...schedule }) => ({ ...schedule, job })));
    } else if (schedules.length === 0) print(["There are no schedules."]);
    else {
      const columns = [
        { title: "schedule", least: 12 },
        { title: "task", least: 12 },
        { title: "cron" },
        { title: "next" },
      ];
      const rows = schedules.map(({ name, job, cron, timezone, next }) => [
        oneLine(name),
        oneLine(job.name),
        timezone === null ? cron : `${cron} ${timezone}`,
        next === null ? "never" : timeText(next),
      ]);
      print(table(columns, rows, stdoutScreen()));
    }
    return EXIT.ok;
  });
}

export function remove(name: string, flags: QueueFlags): Promise<ExitCode> {
  return withQueue(flags, async queue => {
    if ((await queue?.unschedule(name)) !== true) {
      throw new UsageError({ problem: `There is no schedule "${name}"`, hint: "heddle schedule ls lists them." });
    }
    if (flags.json === true) printJson({ name, removed: true });
    else print([`${name} removed`]);
    return EXIT.ok;
  });
}
