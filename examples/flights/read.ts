import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { csvParse } from "d3-dsv";

/** What is known of the flights that left from one airport. */
export interface Airport {
  readonly code: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly flights: number;
  /** Minutes, summed over all its flights. */
  readonly totalDelay: number;
  /** The same two figures for each day on which a flight left. */
  readonly days: readonly { readonly flights: number; readonly totalDelay: number }[];
}

export interface FlightData {
  /** Those with enough flights, the busiest first: long calls that start early keep all workers busy to the end. */
  readonly airports: readonly Airport[];
  /** The delay of every flight, from every airport, in minutes. */
  readonly delays: Int16Array;
  /** First and last day, such as `2001/01/31`. */
  readonly period: readonly [string, string];
  /** The airports with too few flights. */
  readonly leftOut: { readonly airports: number; readonly flights: number };
}

/** A row of flights-20k.json. */
export interface Flight {
  /** Such as `2001/01/31 06:02`. */
  readonly date: string;
  /** Of the arrival, in minutes; negative if early. */
  readonly delay: number;
  readonly origin: string;
}

/** A row of airports.csv, as far as it is needed here. */
export interface Place {
  readonly name: string;
  readonly city: string;
  readonly state: string;
}

/** Reads the two files of `vega-datasets`, wherever npm has put it. */
export function readFiles(): { flights: Flight[]; places: Map<string, Place> } {
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  const data = join(dirname(entry), "..", "data");
  const flights = JSON.parse(readFileSync(join(data, "flights-20k.json"), "utf8")) as Flight[];
  const rows = csvParse<"iata" | keyof Place>(readFileSync(join(data, "airports.csv"), "utf8"));
  return { flights, places: new Map(rows.map(row => [row.iata, row])) };
}

/** Gathers the flights by the airport they left from, and leaves out airports with fewer than `minFlights`. */
export function gather(flights: readonly Flight[], places: ReadonlyMap<string, Place>, minFlights: number): FlightData {
  const kept: Airport[] = [];
  const leftOut = { airports: 0, flights: 0 };
  for (const [code, own] of groupBy(flights, flight => flight.origin)) {
    if (own.length < minFlights) {
      leftOut.airports++;
      leftOut.flights += own.length;
    } else {
      kept.push(airport(code, own, places.get(code)));
    }
  }
  kept.sort((a, b) => b.flights - a.flights || (a.code < b.code ? -1 : 1));
  const days = flights.map(dayOf).sort();
  return {
    airports: kept,
    delays: Int16Array.from(flights, flight => flight.delay),
    period: [days[0] ?? "", days.at(-1) ?? ""],
    leftOut,
  };
}

function airport(code: string, flights: readonly Flight[], place: Place | undefined): Airport {
  const days = [...groupBy(flights, dayOf).values()];
  return {
    code,
    name: place?.name ?? code,
    city: place?.city ?? code,
    state: place?.state ?? "",
    flights: flights.length,
    totalDelay: total(flights),
    days: days.map(day => ({ flights: day.length, totalDelay: total(day) })),
  };
}

function dayOf(flight: Flight): string {
  return flight.date.slice(0, 10);
}

function total(flights: readonly Flight[]): number {
  return flights.reduce((sum, flight) => sum + flight.delay, 0);
}

/** `Map.groupBy`, which Node 20 does not have. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
