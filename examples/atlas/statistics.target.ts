/** From tables to figures per decade, region, month and size. */
import { file, target } from "heddle/build";
import { readJson, writeJson } from "./data.ts";
import { decadeOf, meanOf, medianOf, perGroup } from "./groups.ts";
import type { Country, Day, Deaths, Quake, Year } from "./rows.ts";
import { carbon, countries, disasters, nameOf, quakes, warming, weather } from "./tables.target.ts";

export const climatePerYear = target(
  "climatePerYear",
  {
    inputs: { warming: warming.outputs.table, carbon: carbon.outputs.table },
    outputs: { figures: file("bld/figures/climate.json") },
  },
  ({ warming, carbon }, { figures }) => {
    const degrees = new Map(readJson<Year[]>(warming).map(({ year, value }) => [year, value]));
    const both = readJson<Year[]>(carbon).flatMap(({ year, value }) => {
      const warmer = degrees.get(year);
      return warmer === undefined ? [] : [{ year, carbon: value, warmer, decade: decadeOf(year) }];
    });
    writeJson(figures, both);
  },
);

export const deathsPerDecade = target(
  "deathsPerDecade",
  { inputs: { tables: disasters.outputs.tables.files }, outputs: { figures: file("bld/figures/deaths.json") } },
  ({ tables }, { figures }) => {
    const deaths = tables.flatMap(table => {
      const rows = readJson<Deaths[]>(table);
      const decades = perGroup(
        rows,
        ({ year }) => decadeOf(year),
        group => ({
          deaths: group.reduce((sum, row) => sum + row.deaths, 0),
        }),
      );
      return decades.map(({ key, deaths }) => ({ kind: rows[0]!.kind, decade: key, deaths }));
    });
    writeJson(figures, deaths);
  },
);

/** One target a region. */
export const livesIn = target(
  "livesIn",
  (region: string) => ({
    inputs: { region, table: countries.outputs.table },
    outputs: { figures: file(`bld/figures/lives-${nameOf(region)}.json`) },
  }),
  ({ region, table }, { figures }) => {
    const rows = readJson<Country[]>(table).filter(row => row.region === region);
    const years = perGroup(
      rows,
      ({ year }) => year,
      group => ({
        lowest: Math.min(...group.map(({ life }) => life)),
        median: medianOf(group.map(({ life }) => life)),
        highest: Math.max(...group.map(({ life }) => life)),
        children: medianOf(group.map(({ children }) => children)),
      }),
    );
    writeJson(
      figures,
      years.sort((a, b) => a.key - b.key),
    );
  },
);

/** One target a city. */
export const monthsOf = target(
  "monthsOf",
  (city: string) => ({
    inputs: { city, table: weather.outputs.table },
    outputs: { figures: file(`bld/figures/months-${nameOf(city)}.json`) },
  }),
  ({ city, table }, { figures }) => {
    const days = readJson<Day[]>(table).filter(day => day.city === city);
    const months = perGroup(
      days,
      ({ month }) => month,
      group => ({
        low: meanOf(group.map(({ low }) => low)),
        high: meanOf(group.map(({ high }) => high)),
        wet: group.filter(({ rain }) => rain > 0).length / group.length,
      }),
    );
    writeJson(figures, months);
  },
);

export const quakesPerSize = target(
  "quakesPerSize",
  { inputs: { table: quakes.outputs.table }, outputs: { figures: file("bld/figures/quakes.json") } },
  ({ table }, { figures }) => {
    const sizes = perGroup(
      readJson<Quake[]>(table),
      ({ magnitude }) => Math.floor(magnitude),
      group => ({
        count: group.length,
        depth: medianOf(group.map(({ depth }) => depth)),
      }),
    );
    writeJson(
      figures,
      sizes.sort((a, b) => a.key - b.key),
    );
  },
);
