/**
 * Which US airports' delays are worse than chance would have it?
 *
 *     heddle run examples/flights/flights.ts -n auto
 *     heddle run examples/flights/flights.ts -n 4 --input '{"resamples": 20000, "seed": 7}'
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { context, flow, task, unmapped } from "heddle";
import { drawByChance, drawByDays, type Resampled } from "./bootstrap.ts";
import { drawRanking } from "./draw.ts";
import { randomFor } from "./random.ts";
import { type Ranking, type RankSettings, rankAirports } from "./rank.ts";
import { type Airport, type FlightData, gather, readFiles } from "./read.ts";
import { minutes } from "./words.ts";

export interface Settings extends RankSettings {
  /** The folder for the results. */
  readonly out: string;
}

const defaults: Settings = {
  resamples: 50_000,
  seed: 1,
  minFlights: 20,
  falseAlarms: 0.1,
  out: join(dirname(fileURLToPath(import.meta.url)), "out"),
};

export const readFlights = task("readFlights", (minFlights: number): FlightData => {
  const { flights, places } = readFiles();
  return gather(flights, places, minFlights);
});

/** The long one: one call for each airport. */
export const resample = task(
  "resample",
  { callName: "resample-{0.code}" },
  (airport: Airport, delays: Int16Array, { resamples, seed }: RankSettings): Resampled => {
    const { progress } = context();
    const total = resamples * (airport.flights + airport.days.length);
    const tick = (draws: number, before: number, note: string) => (done: number) => {
      if (done % 2000 === 0) progress({ done: before + done * draws, total }, note);
    };
    const random = (purpose: string) => randomFor(`${seed}/${airport.code}/${purpose}`);
    const permutations = tick(airport.flights, 0, "permutations");
    const byChance = drawByChance(airport, delays, resamples, random("chance"), permutations);
    const bootstrap = tick(airport.days.length, resamples * airport.flights, "bootstrap");
    const interval = drawByDays(airport.days, resamples, random("days"), bootstrap);
    return { code: airport.code, ...byChance, interval };
  },
);

export const rank = task("rank", rankAirports);

export const draw = task("draw", drawRanking);

/** Writes a file and gives its path from the folder in which the user stands. */
export const save = task("save", { callName: "save-{0}" }, (name: string, content: string | Ranking, out: string) => {
  const path = join(out, name);
  mkdirSync(out, { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`);
  return relative(process.cwd(), path);
});

/** A line for each airport that is worse than chance. */
export const summarize = task("summarize", ({ airports }: Ranking): string[] =>
  airports
    .filter(airport => airport.verdict === "worse")
    .map(({ code, city, meanDelay, interval: [low, high], flights }) => {
      const delay = `${minutes(meanDelay)} min late (${minutes(low)} to ${minutes(high)})`;
      return `${code} ${city}: ${delay}, ${flights} flights`;
    }),
);

export default flow("flights", (changes: Partial<Settings> = {}) => {
  const settings = { ...defaults, ...changes };
  const data = readFlights.submit(settings.minFlights);
  const resampled = resample.map(data.get("airports"), unmapped(data.get("delays")), unmapped(settings));
  const ranking = rank.submit(data, resampled, settings);
  return {
    worse: summarize.submit(ranking),
    result: save.submit("flights.json", ranking, settings.out),
    picture: save.submit("flights.svg", draw.submit(ranking), settings.out),
  };
});
