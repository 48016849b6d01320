import type { Ranked, Ranking } from "./rank.ts";

const small = [
  "None",
  "One",
  "Two",
  "Three",
  "Four",
  "Five",
  "Six",
  "Seven",
  "Eight",
  "Nine",
  "Ten",
  "Eleven",
  "Twelve",
];

/** The finding in one sentence. */
export function headline({ airports }: { readonly airports: readonly Pick<Ranked, "verdict">[] }): string {
  const worse = airports.filter(airport => airport.verdict === "worse").length;
  const were = worse <= 1 ? "was" : "were";
  return `${small[worse] ?? worse} of ${airports.length} US airports ${were} later than chance explains`;
}

type Named = Pick<Ranked, "code" | "city">;

/** Such as `New York JFK, Seattle and Miami`. */
export function listed(airports: readonly Named[], all: readonly Named[]): string {
  const names = airports.map(airport => {
    const shared = all.filter(other => other.city === airport.city).length > 1;
    return shared ? `${airport.city} ${airport.code}` : airport.city;
  });
  const last = names.pop() ?? "none";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}

/** Such as `January to March 2001`. */
export function period([first, last]: Ranking["period"]): string {
  const month = (day: string) => months[Number(day.slice(5, 7)) - 1] ?? "";
  const years = [first.slice(0, 4), last.slice(0, 4)];
  if (first.slice(0, 7) === last.slice(0, 7)) return `${month(first)} ${years[0]}`;
  const start = years[0] === years[1] ? month(first) : `${month(first)} ${years[0]}`;
  return `${start} to ${month(last)} ${years[1]}`;
}

const months = "January February March April May June July August September October November December".split(" ");

/** Such as `20,000`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Such as `4.3` or `−2.0`. */
export function minutes(value: number, digits = 1): string {
  return value.toFixed(digits).replace("-", "−");
}
