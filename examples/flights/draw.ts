import { type Row, type Scale, scaleOf, stack } from "./layout.ts";
import type { Ranking, Verdict } from "./rank.ts";
import { type Attributes, element, path, plain, text } from "./svg.ts";
import { grouped, headline, listed, minutes, period } from "./words.ts";

const width = 880;
const margin = 30;
const plot = { left: 246, right: 800, top: 182 };

/** Safe for the colour-blind (Okabe and Ito, 2008), on a light ground that a dark page does not change. */
const strong: Record<Verdict, string> = { worse: "#d55e00", better: "#0072b2", ordinary: "#7d7a72" };
const thin = "#aca797";
const ground = "#fffdf8";
const band = "#efe9da";
const ink = "#2b2a27";
const faint = "#6b685f";

/** Draws the ranking as an interval plot, in SVG. */
export function drawRanking(ranking: Ranking): string {
  const rows = stack(ranking);
  const scale = scaleOf(ranking.airports, plot.left, plot.right);
  const bottom = plot.top + rows.reduce((sum, row) => sum + row.height, 0);
  const height = bottom + 108;
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const font = { "font-family": "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif", "font-size": 12 };
  const frame = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 10, fill: ground, stroke: "#ddd6c6" };
  const parts = [
    element("title", {}, headline(ranking)),
    element("rect", frame),
    ...heading(ranking),
    ...legend(),
    ...rows.map(row => chanceBand(row, scale)),
    ...axis(scale, bottom),
    ...columnHeads(ranking, scale, bottom),
    ...rows.map(row => meanAndInterval(row, scale)),
    ...rows.filter(row => row.named).flatMap(labels),
    ...footing(ranking, bottom),
  ];
  const svg = { xmlns: "http://www.w3.org/2000/svg", ...size, role: "img", ...font, fill: ink };
  return `${element("svg", svg, `\n${parts.join("\n")}\n`)}\n`;
}

function heading(ranking: Ranking): string[] {
  const named = (verdict: Verdict) => {
    const found = ranking.airports.filter(airport => airport.verdict === verdict);
    return element("tspan", { fill: strong[verdict], "font-weight": 600 }, plain(listed(found, ranking.airports)));
  };
  const measure = "Mean delay on arrival in minutes, by airport of departure";
  return [
    text(margin, 48, headline(ranking), { "font-size": 24, "font-weight": 700 }),
    text(margin, 75, `Later: ${named("worse")}. Earlier: ${named("better")}.`, { "font-size": 14 }),
    text(margin, 96, `${measure}; ${grouped(ranking.flights)} flights, ${period(ranking.period)}.`, {
      "font-size": 14,
      fill: faint,
    }),
  ];
}

/** How to read the picture, with its own marks. */
function legend(): string[] {
  const [top, below] = [123, 143];
  const quiet = { fill: faint };
  return [
    element("rect", { x: margin, y: top - 7, width: 44, height: 14, fill: band }),
    text(
      margin + 53,
      top + 4,
      "chance: where the mean of as many flights, drawn blindly from all, falls 95 times in 100",
      quiet,
    ),
    ...interval([margin, margin + 44], margin + 22, below, strong.ordinary),
    text(margin + 53, below + 4, "the airport’s mean and its 95% interval", quiet),
    dot(352, below, { fill: strong.worse }),
    text(362, below + 4, "later than chance", quiet),
    dot(484, below, { fill: strong.better }),
    text(494, below + 4, "earlier", quiet),
    dot(556, below, hollow(strong.ordinary)),
    text(566, below + 4, "outside its band, perhaps by luck", quiet),
  ];
}

function chanceBand({ airport, y, height }: Row, scale: Scale): string {
  const [from, to] = airport.chance.map(scale) as [number, number];
  return element("rect", { x: from, y: plot.top + y, width: to - from, height: height + 0.3, fill: band });
}

function axis(scale: Scale, bottom: number): string[] {
  return scale.ticks.flatMap(tick => [
    path(`M${scale(tick).toFixed(1)} ${plot.top}V${bottom}`, { stroke: "#00000012" }),
    text(scale(tick), bottom + 18, tick === 0 ? "on time" : `${minutes(tick, 0)} min`, {
      "text-anchor": "middle",
      fill: faint,
    }),
  ]);
}

function columnHeads({ meanDelay }: Ranking, scale: Scale, bottom: number): string[] {
  const x = scale(meanDelay);
  const y = plot.top - 10;
  const right = { "text-anchor": "end", fill: faint, "font-size": 11 };
  return [
    path(`M${x.toFixed(1)} ${plot.top - 5}V${bottom + 5}`, { stroke: ink, "stroke-dasharray": "2 3" }),
    text(x, y, `all flights ${minutes(meanDelay)}`, { "text-anchor": "middle", "font-weight": 600 }),
    text(plot.left - 20, y, "flights", right),
    text(width - margin, y, "mean", right),
  ];
}

function meanAndInterval({ airport, y, height, named, suspect }: Row, scale: Scale): string {
  const middle = plot.top + y + height / 2;
  const ends = airport.interval.map(scale) as [number, number];
  const at = scale(airport.meanDelay);
  if (!named) return path(line(ends, middle), { stroke: thin }) + dot(at, middle, { fill: thin, r: 1.7 });
  return interval(ends, at, middle, strong[airport.verdict], suspect).join("");
}

function interval(ends: readonly [number, number], at: number, y: number, color: string, suspect = false): string[] {
  const shaft = path(line(ends, y), { stroke: color, "stroke-width": 2, "stroke-linecap": "round" });
  return [shaft, dot(at, y, suspect ? hollow(color) : { fill: color })];
}

function line([from, to]: readonly [number, number], y: number): string {
  return `M${from.toFixed(1)} ${y.toFixed(1)}H${to.toFixed(1)}`;
}

function dot(cx: number, cy: number, attributes: Attributes): string {
  return element("circle", { cx, cy, r: 4.2, ...attributes });
}

function hollow(color: string): Attributes {
  return { fill: ground, stroke: color, "stroke-width": 1.8, r: 3.6 };
}

function labels({ airport, y, height }: Row): string[] {
  const base = plot.top + y + height / 2 + 4;
  const found = airport.verdict !== "ordinary";
  const tone = { fill: found ? strong[airport.verdict] : faint };
  const weight: Attributes = found ? { "font-weight": 600 } : {};
  const code = element("tspan", { "font-weight": 700 }, airport.code);
  const city = element("tspan", { x: margin + 38 }, plain(airport.city));
  return [
    text(margin, base, code + city, { ...tone, ...weight }),
    text(plot.left - 20, base, grouped(airport.flights), { "text-anchor": "end", fill: faint }),
    text(width - margin, base, minutes(airport.meanDelay), { "text-anchor": "end", ...tone, ...weight }),
  ];
}

function footing(ranking: Ranking, bottom: number): string[] {
  const { resamples, falseAlarms, leftOut, minFlights, seed } = ranking;
  const small = { "font-size": 11, fill: faint };
  const percent = Math.round(falseAlarms * 100);
  return [
    `Coloured: a permutation test with ${grouped(resamples)} draws per airport, at most ${percent}% false alarms among the finds (Benjamini–Hochberg),`,
    `and an interval, from resampled days, that keeps clear of the mean of all flights. ${leftOut.airports} airports with fewer than ${minFlights} flights are left out.`,
    `Data: US Bureau of Transportation Statistics, a sample in vega-datasets. Computed with heddle, seed ${seed}.`,
  ].map((words, i) => text(margin, bottom + 50 + i * 17, words, small));
}
