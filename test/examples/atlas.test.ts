/** The atlas in a folder of its own, so that its data and code can be edited. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heddle-atlas-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string) => readFileSync(join(folder, path), "utf8");
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

/** What a build executes, sorted. In a thread of its own, as code is loaded once in a thread. */
async function built(place: "threads" | "processes"): Promise<readonly string[]> {
  const driver = new URL("../build/edits/build.mjs", import.meta.url);
  const worker = new Worker(driver, { workerData: { root: folder, place, workers: 1 } });
  const { states, reasons } = await new Promise<Record<"states" | "reasons", Record<string, string>>>(
    (resolve, reject) => worker.on("message", resolve).on("error", reject),
  );
  await worker.terminate();
  const isGood = Object.values(states).every(state => state === "completed" || state === "fresh");
  expect(isGood, JSON.stringify(reasons)).toBe(true);
  return Object.keys(states)
    .filter(name => states[name] === "completed")
    .sort();
}

test("the atlas is built, and after an edit just what the edit reaches, on threads and on processes", async () => {
  cpSync(join(root, "examples/atlas"), folder, {
    recursive: true,
    filter: path => !/\/(bld|\.heddle)$/.test(path),
  });
  write("package.json", '{ "name": "atlas", "type": "module" }');
  mkdirSync(join(folder, "node_modules/@observablehq"), { recursive: true });
  for (const name of ["@observablehq/plot", "d3-dsv", "linkedom", "topojson-client"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  symlinkSync(root, join(folder, "node_modules/heddle"));
  const vega = "node_modules/vega-datasets";
  write(`${vega}/package.json`, '{ "name": "vega-datasets", "version": "0.0.0", "main": "build/index.js" }');
  write(`${vega}/build/index.js`, "");
  for (const name of read("tables.target.ts").matchAll(/source\("([^"]+)"\)/g)) {
    write(`${vega}/data/${name[1]}`, readFileSync(join(root, vega, "data", name[1]!), "utf8"));
  }

  const all = await built("threads");
  expect(all).toHaveLength(35);
  expect(read("bld/atlas.html").match(/<svg/g)).toHaveLength(15);
  for (const text of ["Disasters kill fewer", "Sub saharan africa", "New York"]) {
    expect(read("bld/atlas.html")).toContain(text);
  }
  expect(await built("processes")).toEqual([]);

  const weather = `${vega}/data/weather.csv`;
  write(weather, read(weather).replace("Seattle,2012-01-01,0.0,12.8", "Seattle,2012-01-01,0.0,42.8"));
  utimesSync(join(folder, `${vega}/data/disasters.csv`), new Date(), new Date());
  expect(await built("processes")).toEqual([
    'monthsChart("Seattle")',
    'monthsOf("New York")',
    'monthsOf("Seattle")',
    page(all),
    "weather",
  ]);

  // A comment beside what has changed counts no more than one alone.
  const decades = read("groups.ts").replace("Math.floor(year / 10) * 10", "Math.floor((year - 1) / 10) * 10 + 1");
  write("groups.ts", decades.replace("export const meanOf", "// The arithmetic one.\nexport const meanOf"));
  const reached = ["climateChart", "climatePerYear", "deathsChart", "deathsPerDecade", page(all)];
  expect(await built("threads")).toEqual(reached);
});

function page(all: readonly string[]): string {
  return all.find(name => name.startsWith("page("))!;
}
