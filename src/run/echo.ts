import type { EventReader } from "../events/event.ts";

/**
 * Where nobody else shows them: writes what calls print to this process's own streams, and what heddle warns of as
 * process warnings.
 */
export const echo: EventReader = events => {
  for (const event of events) {
    if (event.type === "output" || event.type === "workerOutput") process[event.stream].write(event.text);
    else if (event.type === "log") process.stderr.write(`${event.level} ${event.message}${dataOf(event.data)}\n`);
    else if (event.type === "warning")
      process.emitWarning(event.message, event.name === "heddle" ? "HeddleWarning" : event.name);
  }
};

function dataOf(data: unknown): string {
  return data === undefined ? "" : ` ${JSON.stringify(data)}`;
}
