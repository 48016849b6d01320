/** From files as they come to tables with only what is needed. */
import { join } from "node:path";
import { dir, file, target } from "heddle/build";
import { feature } from "topojson-client";
import type { Topology } from "topojson-specification";
import { readCsv, readJson, source, writeJson } from "./data.ts";
import { meanOf, perGroup } from "./groups.ts";
import type { Country, Day, Deaths, Quake, Wealth, Year } from "./rows.ts";

export const warming = target(
  "warming",
  { inputs: { raw: source("global-temp.csv") }, outputs: { table: file("bld/tables/warming.json") } },
  ({ raw }, { table }) => {
    const years = readCsv<"year" | "temp">(raw).map(
      (row): Year => ({ year: Number(row.year), value: Number(row.temp) }),
    );
    writeJson(table, years);
  },
);

export const carbon = target(
  "carbon",
  { inputs: { raw: source("co2-concentration.csv") }, outputs: { table: file("bld/tables/carbon.json") } },
  ({ raw }, { table }) => {
    const months = readCsv<"Date" | "adjusted CO2">(raw);
    const years = perGroup(
      months,
      row => Number(row.Date.slice(0, 4)),
      rows => ({
        value: meanOf(rows.map(row => Number(row["adjusted CO2"]))),
      }),
    );
    writeJson(
      table,
      years.map(({ key, value }): Year => ({ year: key, value })),
    );
  },
);

/** A table a kind of disaster: which kinds there are is known when it has run. */
export const disasters = target(
  "disasters",
  { inputs: { raw: source("disasters.csv") }, outputs: { tables: dir("bld/tables/disasters") } },
  ({ raw }, { tables }) => {
    const all = readCsv<"Entity" | "Year" | "Deaths">(raw).map(
      (row): Deaths => ({ kind: row.Entity, year: Number(row.Year), deaths: Number(row.Deaths) }),
    );
    for (const { key: kind, rows } of perGroup(
      all,
      row => row.kind,
      rows => ({ rows }),
    )) {
      if (kind !== "All natural disasters") writeJson(join(tables, `${nameOf(kind)}.json`), rows);
    }
  },
);

/** Countries over the years, each with its region; returns the regions, largest first. */
export const countries = target(
  "countries",
  {
    inputs: { years: source("gapminder.json"), now: source("gapminder-health-income.csv") },
    outputs: { table: file("bld/tables/countries.json"), wealth: file("bld/tables/wealth.json") },
  },
  ({ years, now }, { table, wealth }) => {
    const rich = readCsv<"country" | "income" | "health" | "population" | "region">(now).map(
      (row): Wealth => ({
        country: row.country,
        region: row.region.replaceAll("_", " "),
        income: Number(row.income),
        life: Number(row.health),
        population: Number(row.population),
      }),
    );
    writeJson(wealth, rich);
    const regions = new Map(rich.map(({ country, region }) => [country, region]));
    type Raw = Record<"year" | "pop" | "life_expect" | "fertility", number> & { country: string };
    const rows = readJson<Raw[]>(years).flatMap((row): Country[] => {
      const { country, year, pop: population, life_expect: life, fertility: children } = row;
      const region = regions.get(country);
      return region === undefined ? [] : [{ country, region, year, population, life, children }];
    });
    writeJson(table, rows);
    const sizes = perGroup(
      rows,
      row => row.region,
      group => ({ size: group.length }),
    );
    return sizes.sort((a, b) => b.size - a.size).map(({ key }) => key);
  },
);

/** Days of some cities; returns the cities. */
export const weather = target(
  "weather",
  { inputs: { raw: source("weather.csv") }, outputs: { table: file("bld/tables/weather.json") } },
  ({ raw }, { table }) => {
    const days = readCsv<"location" | "date" | "precipitation" | "temp_max" | "temp_min">(raw).map(
      (row): Day => ({
        city: row.location,
        month: Number(row.date.slice(5, 7)),
        rain: Number(row.precipitation),
        low: Number(row.temp_min),
        high: Number(row.temp_max),
      }),
    );
    writeJson(table, days);
    return [...new Set(days.map(({ city }) => city))];
  },
);

export const quakes = target(
  "quakes",
  { inputs: { raw: source("earthquakes.json") }, outputs: { table: file("bld/tables/quakes.json") } },
  ({ raw }, { table }) => {
    interface Raw {
      readonly properties: { readonly mag: number | null };
      readonly geometry: { readonly coordinates: readonly [number, number, number] };
    }
    const { features } = readJson<{ readonly features: readonly Raw[] }>(raw);
    const known = features.flatMap(({ properties: { mag }, geometry: { coordinates } }): Quake[] => {
      const [longitude, latitude, depth] = coordinates;
      return mag === null || mag < 1 ? [] : [{ longitude, latitude, depth, magnitude: mag }];
    });
    writeJson(
      table,
      known.sort((a, b) => b.magnitude - a.magnitude),
    );
  },
);

export const land = target(
  "land",
  { inputs: { raw: source("world-110m.json") }, outputs: { shape: file("bld/tables/land.json") } },
  ({ raw }, { shape }) => {
    const world = readJson<Topology>(raw);
    writeJson(shape, feature(world, world.objects["land"]!));
  },
);

/** As file names have it. */
export const nameOf = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, "-")
    .replace(/-$/, "");
