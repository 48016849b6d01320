import type { Ranked, Ranking } from "./rank.ts";

/** An airport's strip of the picture. */
export interface Row {
  readonly airport: Ranked;
  /** From the top of the first row. */
  readonly y: number;
  readonly height: number;
  /** Rows with a name are tall enough to hold it. */
  readonly named: boolean;
  /** Its mean lies outside its own chance band, but not so far that luck is ruled out. */
  readonly suspect: boolean;
}

const tall = 20;
const low = 4.5;
const busiest = 5;

/**
 * Stacks the airports, the worst on top. Named are those outside their chance band and, to compare them with, the
 * busiest ones and those at both ends of what chance explains; the others are thin.
 */
export function stack({ airports }: Ranking): Row[] {
  const ordinary = airports.filter(airport => airport.verdict === "ordinary" && !outside(airport));
  const byFlights = [...ordinary].sort((a, b) => b.flights - a.flights);
  const examples = new Set([ordinary[0], ordinary.at(-1), ...byFlights.slice(0, busiest)]);
  let y = 0;
  return airports.map(airport => {
    const suspect = airport.verdict === "ordinary" && outside(airport);
    const named = suspect || airport.verdict !== "ordinary" || examples.has(airport);
    const row = { airport, y, height: named ? tall : low, named, suspect };
    y += row.height;
    return row;
  });
}

function outside({ meanDelay, chance }: Ranked): boolean {
  return meanDelay < chance[0] || meanDelay > chance[1];
}

/** Where a number of minutes lies across the picture. */
export interface Scale {
  (minutes: number): number;
  readonly ticks: readonly number[];
}

/** A scale from `left` to `right` that holds every interval and chance band, with a tick every ten minutes. */
export function scaleOf(airports: readonly Ranked[], left: number, right: number): Scale {
  const ends = airports.flatMap(airport => [...airport.interval, ...airport.chance]);
  const least = Math.floor(Math.min(...ends)) - 1;
  const most = Math.ceil(Math.max(...ends)) + 1;
  const first = Math.ceil(least / 10);
  const ticks = Array.from({ length: Math.floor(most / 10) - first + 1 }, (_, i) => (first + i) * 10);
  const scale = (minutes: number) => left + ((minutes - least) / (most - least)) * (right - left);
  return Object.assign(scale, { ticks });
}
