/** From pictures and notes to a page. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { file, files, target } from "heddle/build";
import {
  carbonChart,
  climateChart,
  deathsChart,
  livesChart,
  monthsChart,
  quakesChart,
  quakesMap,
  warmingChart,
  wealthChart,
} from "./charts.target.ts";
import { type Chapter, htmlOf } from "./html.ts";
import { countries, weather } from "./tables.target.ts";

/** The page, for some regions and cities, whose names come with a comma in between. */
export const page = target(
  "page",
  (regions: string, cities: string) => ({
    inputs: {
      notes: files("notes/*.txt"),
      climate: [warmingChart, carbonChart, climateChart].map(({ outputs }) => outputs.svg),
      disasters: [deathsChart.outputs.svg],
      quakes: [quakesMap.outputs.svg, quakesChart.outputs.svg],
      people: [wealthChart.outputs.svg, ...regions.split(",").map(region => livesChart(region).outputs.svg)],
      weather: cities.split(",").map(city => monthsChart(city).outputs.svg),
    },
    outputs: { html: file("bld/atlas.html") },
  }),
  ({ notes, ...chapters }, { html }) => {
    const pictures: Record<string, readonly string[]> = chapters;
    const all = notes.map((path): Chapter => {
      const [title = "", ...text] = readFileSync(path, "utf8").trim().split("\n");
      const name = basename(path, ".txt").replace(/^\d+-/, "");
      return {
        title,
        text: text.join(" ").trim(),
        pictures: (pictures[name] ?? []).map(svg => readFileSync(svg, "utf8")),
      };
    });
    writeFileSync(html, htmlOf(all));
  },
);

/** Which regions and cities there are is known when the tables are: then the page, and all it needs, can be told. */
export const atlas = target(
  "atlas",
  { inputs: { regions: countries.result, cities: weather.result } },
  ({ regions, cities }) => page(regions.join(","), cities.join(",")),
);
