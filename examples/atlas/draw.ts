import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** Colours that the colour-blind can tell apart (Okabe and Ito, 2008). */
export const colors = {
  ink: "#2b2a27",
  faint: "#8b877d",
  land: "#e4dfd0",
  warm: "#d55e00",
  cold: "#0072b2",
  green: "#009e73",
  many: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9"],
};

/** Draws a chart with Observable Plot, into an SVG file. */
export function draw(path: string, chart: Plot.PlotOptions): void {
  const style = { fontFamily: "system-ui, sans-serif", fontSize: "12px", color: colors.ink };
  const svg = Plot.plot({
    width: 760,
    height: 320,
    document: document as unknown as NonNullable<Plot.PlotOptions["document"]>,
    style,
    ...chart,
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  writeFileSync(path, `${svg.outerHTML}\n`);
}
