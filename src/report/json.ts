import { eventJson } from "../events/json.ts";
import type { Reporter } from "./reporter.ts";
import type { Output } from "./style.ts";

/** Writes each event as a line of JSON, for programs: the fields of `HeddleEvent` as they are. */
export function jsonReporter({ out }: { readonly out: Output }): Reporter {
  return {
    reader(events) {
      if (events.length > 0) out.write(events.map(event => `${eventJson(event)}\n`).join(""));
    },
    close() {},
  };
}
