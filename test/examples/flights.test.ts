import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawByChance, drawByDays } from "../../examples/flights/bootstrap.ts";
import type { Settings } from "../../examples/flights/flights.ts";
import { randomFor } from "../../examples/flights/random.ts";
import { correct, type Ranking, type Verdict } from "../../examples/flights/rank.ts";
import { type Flight, gather, readFiles } from "../../examples/flights/read.ts";
import { grouped, headline, listed, minutes, period } from "../../examples/flights/words.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const command = join(root, "dist", "cli", "heddle.js");
const quiet = () => {};

describe("the parts", () => {
  test("the data is found, and every origin has a place", () => {
    const { flights, places } = readFiles();
    expect(flights).toHaveLength(20_000);
    expect(flights.filter(flight => !places.has(flight.origin))).toEqual([]);
  });

  test("airports with few flights are left out and counted, the busiest come first", () => {
    const flight = (origin: string, day: number, delay: number): Flight => ({
      date: `2001/01/0${day} 06:00`,
      delay,
      origin,
    });
    const flights = [
      flight("A", 1, 4),
      flight("B", 1, 1),
      flight("B", 1, 2),
      flight("B", 2, 3),
      flight("C", 3, 9),
      flight("C", 3, -9),
    ];
    const data = gather(flights, new Map([["B", { name: "Bee", city: "Beeville", state: "TX" }]]), 2);
    expect(data.airports.map(airport => airport.code)).toEqual(["B", "C"]);
    expect(data.airports[0]).toEqual({
      code: "B",
      name: "Bee",
      city: "Beeville",
      state: "TX",
      flights: 3,
      totalDelay: 6,
      days: [
        { flights: 2, totalDelay: 3 },
        { flights: 1, totalDelay: 3 },
      ],
    });
    expect(data.leftOut).toEqual({ airports: 1, flights: 1 });
    expect(data.period).toEqual(["2001/01/01", "2001/01/03"]);
    expect([...data.delays]).toEqual([4, 1, 2, 3, 9, -9]);
  });

  test("a generator depends on its name alone, and covers its range evenly", () => {
    const draw = (name: string) => {
      const random = randomFor(name);
      return Array.from({ length: 8 }, () => random(1000));
    };
    expect(draw("1/SEA")).toEqual(draw("1/SEA"));
    expect(draw("1/SEA")).not.toEqual(draw("2/SEA"));
    const counts = new Array<number>(10).fill(0);
    const random = randomFor("even");
    for (let i = 0; i < 100_000; i++) counts[random(10)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  test("chance is ruled out for an airport that holds all late flights, and not for one like the others", () => {
    const delays = Int16Array.from({ length: 1000 }, (_, i) => (i < 50 ? 100 : i % 7));
    const late = drawByChance({ flights: 50, totalDelay: 5000 }, delays, 999, randomFor("late"), quiet);
    expect(late.pValue).toBe(2 / 1000);
    expect(late.chance[1]).toBeLessThan(100);
    const usual = drawByChance({ flights: 50, totalDelay: 400 }, delays, 999, randomFor("usual"), quiet);
    expect(usual.pValue).toBeGreaterThan(0.3);
    expect(delays[0]).toBe(100);
  });

  test("a draw of all flights is always all of them", () => {
    const all = drawByChance({ flights: 3, totalDelay: 6 }, Int16Array.of(1, 2, 3), 20, randomFor("all"), quiet);
    expect(all).toEqual({ chance: [2, 2], pValue: 1 });
  });

  test("days are drawn whole", () => {
    const days = [
      { flights: 1, totalDelay: 0 },
      { flights: 3, totalDelay: 30 },
    ];
    const ticks: number[] = [];
    expect(drawByDays(days, 200, randomFor("days"), done => ticks.push(done))).toEqual([0, 10]);
    expect(ticks).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  test("p-values are corrected as Benjamini and Hochberg do", () => {
    const corrected = correct([0.04, 0.01, 0.03, 0.005]);
    [0.04, 0.02, 0.04, 0.02].forEach((q, i) => {
      expect(corrected[i]).toBeCloseTo(q, 12);
    });
    expect(correct([])).toEqual([]);
  });

  test("figures and names are written as people write them", () => {
    expect([grouped(7), grouped(1103), grouped(20_000), grouped(1_234_567)]).toEqual([
      "7",
      "1,103",
      "20,000",
      "1,234,567",
    ]);
    expect([minutes(-1.55), minutes(12.049)]).toEqual(["−1.6", "12.0"]);
    expect(period(["2001/01/01", "2001/03/31"])).toBe("January to March 2001");
    expect(period(["2000/12/01", "2001/03/31"])).toBe("December 2000 to March 2001");
    expect(period(["2001/03/01", "2001/03/31"])).toBe("March 2001");
    const jfk = { code: "JFK", city: "New York" };
    const lga = { code: "LGA", city: "New York" };
    const sea = { code: "SEA", city: "Seattle" };
    expect(listed([jfk, sea], [jfk, lga, sea])).toBe("New York JFK and Seattle");
    expect(listed([], [jfk])).toBe("none");
    const found = (...verdicts: Verdict[]) => ({ airports: verdicts.map(verdict => ({ verdict })) });
    expect(headline(found("ordinary", "better"))).toBe("None of 2 US airports was later than chance explains");
    expect(headline(found("worse", "worse", "better"))).toBe("Two of 3 US airports were later than chance explains");
  });
});

describe("the flow, run by the command line", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "flights-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the example with its results in a folder of its own, and gives that folder. */
  const run = (name: string, workers: string, settings: Partial<Settings>) => {
    const out = join(folder, name);
    const parameters = [command, "run", "examples/flights/flights.ts", "-n", workers];
    const input = JSON.stringify({ ...settings, out });
    const ended = spawnSync(process.execPath, [...parameters, "--input", input], { cwd: root, encoding: "utf8" });
    expect(ended.status, ended.stderr).toBe(0);
    return { stdout: ended.stdout, read: (file: string) => readFileSync(join(out, file), "utf8") };
  };

  test("the same seed gives the same results on one worker and on three, another seed gives others", () => {
    const one = run("one", "1", { resamples: 200, seed: 5 });
    const three = run("three", "3", { resamples: 200, seed: 5 });
    const other = run("other", "3", { resamples: 200, seed: 6 });
    expect(three.read("flights.json")).toBe(one.read("flights.json"));
    expect(three.read("flights.svg")).toBe(one.read("flights.svg"));
    expect(other.read("flights.json")).not.toBe(one.read("flights.json"));
    const ranking = JSON.parse(one.read("flights.json")) as Ranking;
    expect(ranking.airports).toHaveLength(102);
    expect(ranking.airports[0]).toMatchObject({ rank: 1, code: "JFK", flights: 200, meanDelay: 16.2 });
    expect(ranking.leftOut).toEqual({ airports: 118, flights: 856 });
  }, 60_000);

  test("the picture in docs/pictures is what the demo draws", () => {
    const drawn = run("default", "auto", {});
    expect(drawn.read("flights.svg")).toBe(readFileSync(join(root, "docs/pictures/flights.svg"), "utf8"));
    expect(drawn.stdout).toContain("JFK New York: 16.2 min late");
  }, 120_000);
});
