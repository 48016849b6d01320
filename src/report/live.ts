import { createLogUpdate } from "log-update";
import { frame } from "./frame.ts";
import { News } from "./news.ts";
import { type Reporter, type ReporterOptions, settled, writeLines } from "./reporter.ts";
import { summaryLines } from "./summary.ts";
import { width } from "./text.ts";
import { RunView } from "./view.ts";

const repaintEvery = 100;
/** Painting takes at most this part of the time, however large the frame is. */
const mostPainting = 0.05;
const tickEvery = 1000;

/**
 * The live display: an area that is repainted in place at most ten times a second while the run goes on, with failures
 * printed above it as they come, and the summary in its place at the end.
 */
export function liveReporter(options: ReporterOptions): Reporter {
  const { out, style, showCapture, place, explain } = settled(options);
  const view = new RunView();
  const news = new News();
  // log-update needs no more of a stream than is in Output.
  const area = createLogUpdate(out as NodeJS.WritableStream);
  let painted: string[] = [];
  let paintedColumns = 0;
  let paintedAt = Number.NEGATIVE_INFINITY;
  let pause = repaintEvery;
  let timer: NodeJS.Timeout | undefined;
  let ticker: NodeJS.Timeout | undefined;
  let over = false;

  const columns = () => out.columns || 80;
  const rows = () => out.rows || 24;

  function paint(): void {
    clearTimeout(timer);
    timer = undefined;
    if (over || view.started === undefined) return;
    const now = Date.now();
    painted = frame(view, { columns: columns(), rows: rows() }, now, style);
    paintedColumns = columns();
    paintedAt = now;
    area(painted.join("\n"));
    pause = Math.max(repaintEvery, (Date.now() - now) / mostPainting);
  }

  function paintSoon(): void {
    const wait = Math.max(0, paintedAt + pause - Date.now());
    timer ??= setTimeout(paint, Math.min(wait, pause)).unref();
  }

  /** A narrower terminal wraps the lines that are there, so that they take more rows than log-update knows of. */
  function resized(): void {
    if (painted.length > 0 && columns() < paintedColumns) {
      const wrapped = painted.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns())), 0);
      out.write(`\r\u001b[${Math.min(wrapped, rows() - 1)}A\u001b[J`);
      area.done();
      painted = [];
    }
    paintSoon();
  }

  function clear(): void {
    if (painted.length > 0) area.clear();
    painted = [];
  }

  function finish(): void {
    if (over) return;
    clear();
    over = true;
    clearTimeout(timer);
    clearInterval(ticker);
    out.off?.("resize", resized);
    area.done();
    if (view.started === undefined) return;
    writeLines(out, news.reasons(view, { style, showCapture, place, explain }));
    writeLines(out, summaryLines(view, { style, columns: columns(), showCapture, place }));
  }

  return {
    reader(events) {
      if (over) return;
      view.read(events);
      if (view.started !== undefined && ticker === undefined) {
        ticker = setInterval(paintSoon, tickEvery).unref();
        // A run that ends at once shows its summary alone.
        paintedAt = Date.now();
        out.on?.("resize", resized);
      }
      if (view.end !== undefined) {
        finish();
        return;
      }
      const lines = news.lines(view, { style, showCapture, place, explain });
      if (lines.length > 0) {
        clear();
        writeLines(out, lines);
        paint();
      } else paintSoon();
    },
    close: finish,
  };
}
