import { type Reporter, type ReporterOptions, settled, writeLines } from "./reporter.ts";
import { troubleLines } from "./summary.ts";
import { RunView } from "./view.ts";

/** Says nothing about a run that goes well; of one that does not, its failures at the end. */
export function quietReporter(options: ReporterOptions): Reporter {
  const { out, style, showCapture, place } = settled(options);
  const view = new RunView();
  let over = false;

  function finish(): void {
    if (over || view.started === undefined) return;
    over = true;
    writeLines(out, troubleLines(view, { style, columns: out.columns || 120, showCapture, place }));
  }

  return {
    reader(events) {
      if (over) return;
      view.read(events);
      if (view.end !== undefined) finish();
    },
    close: finish,
  };
}
