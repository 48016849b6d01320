import type { EventReader } from "../events/event.ts";
import type { ShowCapture } from "./capture.ts";
import { type StackPlace, stackPlace } from "./stack.ts";
import type { Output, Style } from "./style.ts";

/** Shows one run, from its events. */
export interface Reporter {
  readonly reader: EventReader;
  /** Leaves the output in order, also when the run did not get to its end. */
  close(): void;
}

export interface ReporterOptions {
  readonly out: Output;
  readonly style: Style;
  /** Which of a call's own output is shown with its failure; default all. */
  readonly showCapture?: ShowCapture;
  readonly place?: StackPlace;
  /** Say of each target that is built why; default false. */
  readonly explain?: boolean;
}

/** The options with nothing left open. */
export function settled(options: ReporterOptions): Required<ReporterOptions> {
  return {
    ...options,
    showCapture: options.showCapture ?? "all",
    place: options.place ?? stackPlace(),
    explain: options.explain ?? false,
  };
}

export function writeLines(out: Output, lines: readonly string[]): void {
  if (lines.length > 0) out.write(`${lines.join("\n")}\n`);
}
