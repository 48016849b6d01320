/** From figures to pictures. */
import * as Plot from "@observablehq/plot";
import { file, target } from "heddle/build";
import { readJson } from "./data.ts";
import { colors, draw } from "./draw.ts";
import type { Quake, Wealth, Year } from "./rows.ts";
import { climatePerYear, deathsPerDecade, livesIn, monthsOf, quakesPerSize } from "./statistics.target.ts";
import { carbon, countries, land, nameOf, quakes, warming } from "./tables.target.ts";

const year = { label: null, tickFormat: "d" } as const;

export const warmingChart = target(
  "warmingChart",
  { inputs: { table: warming.outputs.table }, outputs: { svg: file("bld/charts/warming.svg") } },
  ({ table }, { svg }) =>
    draw(svg, {
      x: year,
      y: { label: "°C above the mean of 1951–1980", grid: true },
      color: { scheme: "BuRd", symmetric: true },
      marks: [
        Plot.rectY(readJson<Year[]>(table), { x: "year", y: "value", fill: "value", interval: 1 }),
        Plot.ruleY([0], { stroke: colors.faint }),
      ],
    }),
);

export const carbonChart = target(
  "carbonChart",
  { inputs: { table: carbon.outputs.table }, outputs: { svg: file("bld/charts/carbon.svg") } },
  ({ table }, { svg }) =>
    draw(svg, {
      x: year,
      y: { label: "CO₂, parts per million", grid: true, zero: false },
      marks: [
        Plot.areaY(readJson<Year[]>(table), { x: "year", y1: 300, y2: "value", fill: colors.warm, fillOpacity: 0.12 }),
        Plot.lineY(readJson<Year[]>(table), { x: "year", y: "value", stroke: colors.warm, strokeWidth: 2 }),
      ],
    }),
);

export const climateChart = target(
  "climateChart",
  { inputs: { figures: climatePerYear.outputs.figures }, outputs: { svg: file("bld/charts/climate.svg") } },
  ({ figures }, { svg }) => {
    const years = readJson<{ year: number; carbon: number; warmer: number; decade: number }[]>(figures);
    const firsts = years.filter(({ year, decade }) => year === decade);
    draw(svg, {
      ...{ marginTop: 36, marginRight: 30, marginBottom: 40 },
      x: { label: "CO₂, parts per million →" },
      y: { label: "↑ °C above the mean of 1951–1980", grid: true },
      color: { scheme: "YlOrRd", type: "linear", domain: [1940, 2020] },
      marks: [
        Plot.linearRegressionY(years, { x: "carbon", y: "warmer", stroke: colors.faint, ci: 0.95 }),
        Plot.dot(years, { x: "carbon", y: "warmer", fill: "decade", r: 4, stroke: colors.ink, strokeWidth: 0.4 }),
        Plot.text(firsts, { x: "carbon", y: "warmer", text: ({ year }) => String(year), dy: -11, fontWeight: 600 }),
      ],
    });
  },
);

export const deathsChart = target(
  "deathsChart",
  { inputs: { figures: deathsPerDecade.outputs.figures }, outputs: { svg: file("bld/charts/deaths.svg") } },
  ({ figures }, { svg }) => {
    const deaths = readJson<{ kind: string; decade: number; deaths: number }[]>(figures);
    draw(svg, {
      height: 420,
      ...{ marginLeft: 150, insetLeft: 30, insetRight: 10 },
      x: { label: null, tickFormat: "d", ticks: 12 },
      y: { label: null },
      r: { range: [0, 26] },
      marks: [
        Plot.ruleY(deaths, { y: "kind", stroke: colors.land }),
        Plot.dot(deaths, {
          x: "decade",
          y: "kind",
          r: "deaths",
          fill: colors.warm,
          fillOpacity: 0.55,
          stroke: colors.warm,
        }),
      ],
    });
  },
);

export const wealthChart = target(
  "wealthChart",
  { inputs: { table: countries.outputs.wealth }, outputs: { svg: file("bld/charts/wealth.svg") } },
  ({ table }, { svg }) => {
    const all = readJson<Wealth[]>(table).sort((a, b) => b.population - a.population);
    draw(svg, {
      height: 440,
      x: { type: "log", label: "Income a head, dollars a year →", tickFormat: "~s", grid: true },
      y: { label: "↑ Life expectancy, years", grid: true },
      r: { range: [1, 36] },
      color: { range: colors.many },
      marks: [
        Plot.dot(all, { x: "income", y: "life", r: "population", fill: "region", fillOpacity: 0.65, stroke: "white" }),
        ...legend([...new Set(all.map(({ region }) => region))].sort()),
        Plot.text(all.slice(0, 9), { x: "income", y: "life", text: "country", fontSize: 11, fontWeight: 600 }),
      ],
    });
  },
);

const heading = (text: string) =>
  Plot.text([text[0]!.toUpperCase() + text.slice(1)], { frameAnchor: "top", dy: -14, fontSize: 14, fontWeight: 700 });

/** The names of groups in their colours, in the corner at the bottom. */
const legend = (groups: readonly string[]) =>
  groups.map((name, at) =>
    Plot.text([name], {
      frameAnchor: "bottom-right",
      dx: -8,
      dy: -8 - 17 * at,
      fill: [name],
      fontWeight: 600,
    } as object),
  );

export const livesChart = target(
  "livesChart",
  (region: string) => ({
    inputs: { region, figures: livesIn(region).outputs.figures },
    outputs: { svg: file(`bld/charts/lives-${nameOf(region)}.svg`) },
  }),
  ({ region, figures }, { svg }) => {
    const years = readJson<{ key: number; lowest: number; median: number; highest: number }[]>(figures);
    draw(svg, {
      ...{
        width: 360,
        height: 200,
        x: { ...year, ticks: 5 },
        y: { label: "years of life", domain: [20, 85], grid: true },
      },
      marks: [
        Plot.areaY(years, { x: "key", y1: "lowest", y2: "highest", fill: colors.cold, fillOpacity: 0.15 }),
        Plot.lineY(years, { x: "key", y: "median", stroke: colors.cold, strokeWidth: 2.5 }),
        heading(region),
      ],
    });
  },
);

export const monthsChart = target(
  "monthsChart",
  (city: string) => ({
    inputs: { city, figures: monthsOf(city).outputs.figures },
    outputs: { svg: file(`bld/charts/months-${nameOf(city)}.svg`) },
  }),
  ({ city, figures }, { svg }) => {
    const months = readJson<{ key: number; low: number; high: number; wet: number }[]>(figures);
    draw(svg, {
      ...{ width: 360, height: 240, x: { label: null, tickFormat: Plot.formatMonth("en", "narrow") as never } },
      y: { label: "°C, and wet days", domain: [-5, 35], grid: true },
      marks: [
        Plot.barY(months, {
          x: ({ key }) => key - 1,
          y1: -5,
          y2: ({ wet }) => wet * 20 - 5,
          fill: colors.cold,
          fillOpacity: 0.25,
        }),
        Plot.barY(months, {
          x: ({ key }) => key - 1,
          y1: "low",
          y2: "high",
          fill: colors.warm,
          insetLeft: 7,
          insetRight: 7,
          rx: 4,
        }),
        heading(city),
      ],
    });
  },
);

export const quakesMap = target(
  "quakesMap",
  {
    inputs: { table: quakes.outputs.table, shape: land.outputs.shape },
    outputs: { svg: file("bld/charts/quakes-map.svg") },
  },
  ({ table, shape }, { svg }) =>
    draw(svg, {
      height: 380,
      projection: { type: "equal-earth", rotate: [160, 0] },
      r: { type: "identity" },
      marks: [
        Plot.sphere({ fill: "#f4f7f9", stroke: colors.land }),
        Plot.geo(readJson<Plot.GeoOptions & object>(shape) as never, { fill: colors.land }),
        Plot.dot(readJson<Quake[]>(table), {
          ...{ x: "longitude", y: "latitude", r: ({ magnitude }) => 1.7 ** magnitude / 1.5 },
          ...{ fill: colors.warm, fillOpacity: 0.3, stroke: colors.warm, strokeWidth: 0.6 },
        }),
      ],
    }),
);

export const quakesChart = target(
  "quakesChart",
  { inputs: { figures: quakesPerSize.outputs.figures }, outputs: { svg: file("bld/charts/quakes-sizes.svg") } },
  ({ figures }, { svg }) => {
    const sizes = readJson<{ key: number; count: number; depth: number }[]>(figures);
    draw(svg, {
      ...{ height: 220, x: { label: "Earthquakes" }, y: { label: "Magnitude", type: "band", reverse: true } },
      marginRight: 260,
      marks: [
        Plot.barX(sizes, { y: "key", x: "count", fill: colors.warm }),
        Plot.text(sizes, {
          ...{ y: "key", x: "count", textAnchor: "start", dx: 6 },
          text: ({ count, depth }) => `${count}, half of them deeper than ${depth.toFixed(0)} km`,
        }),
      ],
    });
  },
);
