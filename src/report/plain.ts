import { placeOf } from "./frame.ts";
import { News } from "./news.ts";
import { Progress, stillRunning } from "./progress.ts";
import { type Reporter, type ReporterOptions, settled, writeLines } from "./reporter.ts";
import { summaryLines } from "./summary.ts";
import { oneLine } from "./text.ts";
import { RunView } from "./view.ts";

const tickEvery = 1000;
const newsAfter = 1000;
/** Services that run builds take a longer silence for a hang. */
const longestSilence = 60_000;

/**
 * The display for logs and pipes: a line when the run starts, for each task when it is done and every ten seconds of
 * progress, failures after a second unless the run has ended by then, and the summary. No control characters, but colours where FORCE_COLOR asks for them.
 */
export function plainReporter(options: ReporterOptions): Reporter {
  const { out, style, showCapture, place, explain } = settled(options);
  const view = new RunView();
  const news = new News();
  const progress = new Progress();
  let ticker: NodeJS.Timeout | undefined;
  let telling: NodeJS.Timeout | undefined;
  let over = false;
  let wroteAt = 0;

  function write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    wroteAt = Date.now();
    writeLines(out, lines);
  }

  function tick(): void {
    const now = Date.now();
    const lines = progress.lines(view, now);
    write(lines.length > 0 || now - wroteAt < longestSilence ? lines : stillRunning(view, now));
  }

  function tell(): void {
    telling = undefined;
    write(news.lines(view, { style, showCapture, place, explain }));
  }

  function begin(): void {
    ticker = setInterval(tick, tickEvery).unref();
    const { symbols, paint } = style;
    const name = paint("bold", oneLine(view.started?.flow ?? "run"));
    write([[name, ...placeOf(view, symbols.times), `run ${view.started?.run}`].join(` ${symbols.dot} `)]);
  }

  function finish(): void {
    if (over) return;
    over = true;
    clearInterval(ticker);
    clearTimeout(telling);
    if (view.started === undefined) return;
    write(news.reasons(view, { style, showCapture, place, explain }));
    write(summaryLines(view, { style, columns: out.columns || 120, showCapture, place }));
  }

  return {
    reader(events) {
      if (over) return;
      view.read(events);
      if (view.started !== undefined && ticker === undefined) begin();
      if (view.end !== undefined) finish();
      else {
        write(news.reasons(view, { style, showCapture, place, explain }));
        if (news.isBehind(view)) telling ??= setTimeout(tell, newsAfter).unref();
      }
    },
    close: finish,
  };
}
