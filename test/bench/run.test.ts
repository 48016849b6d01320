import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import type { Line } from "./modules.ts";

const script = fileURLToPath(new URL("../../bench/run.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: string[]) {
  return promisify(execFile)(process.execPath, [script, ...args, "--no-python", "--out", folder]);
}

test("a row gives a table and JSON, with every contender and its version", async () => {
  const { stdout } = await bench("inline-mapped", "--rounds", "2", "--calls", "50");
  expect(stdout).toMatch(/cores, Node \d+.*p-limit \d+\.\d+.*medians of 2/);
  expect(stdout).toContain("### no-op inline, all mapped at once, 50 calls");
  for (const who of ["**heddle", "p-limit", "p-queue", "floor: a promise a call"]) expect(stdout).toContain(`| ${who}`);

  const saved = JSON.parse(readFileSync(join(folder, "bench.json"), "utf8")) as {
    rows: { name: string; lines: Line[]; measured: Record<string, unknown[]> }[];
  };
  const [row] = saved.rows;
  expect(row?.name).toBe("inline-mapped");
  expect(row?.lines.map(line => line.who)).toEqual(["heddle", "p-limit", "p-queue", "p-map", "floor"]);
  for (const line of row?.lines ?? []) expect(line.value).toBeGreaterThan(0);
  expect(Object.values(row?.measured ?? {}).map(all => all.length)).toEqual([2, 2, 2, 2, 2]);
  expect(readFileSync(join(folder, "bench.md"), "utf8")).toContain("| **heddle");
});

test("the graph gives the same results whoever runs it, and its memory", async () => {
  const { stdout } = await bench("graph", "--rounds", "1", "--calls", "40");
  expect(stdout).toContain("bytes a call");
  expect(stdout).not.toContain("did not finish");
});

test("a row about a whole has milliseconds", async () => {
  const { stdout } = await bench("cache-start", "--rounds", "1", "--calls", "4");
  expect(stdout).toContain("4 files\n\n|  | ms |");
  expect(stdout).not.toContain("did not finish");
});

// What these two take does not depend on the number of calls: object-hash needs minutes for 64 MB.
const LONG = ["keys-array", "keys-nodes"];
const { names } = (await import(new URL("../../bench/rows/all.mjs", import.meta.url).href)) as { names: string[] };
const shown = ["inline-mapped", "graph", "cache-start"];
// As another row with other numbers.
const ALIKE = [
  "build-chain",
  "build-layered",
  "build-cold",
  "jobs-embedded-1ms",
  "jobs-redis-1ms",
  "processes-tail",
  "redis-1ms",
  "threads-growth",
];

/** Each peer runs in these; in the others it would do the same once more. */
const WITH_PEERS = [
  "threads-mapped",
  "threads-in-flight",
  "threads-64mb",
  "processes-mapped",
  "first-threads",
  "cache-cold",
];

/** They need a Python with the engine's package; one of them is shown with that of the engine's tests. */
const onEngines = names.filter(name => /^(dask|ray)-/.test(name));

const rest = names.filter(name => ![...LONG, ...shown, ...ALIKE, ...onEngines].includes(name));

/** What a call is there takes long: it moves 64 MB, or starts a process. */
const isHeavy = (name: string) => /64mb|^(first|run)-/.test(name);

/** One command measures them all, as each contender has a process of its own anyway. */
const together = [true, false].flatMap(heavy =>
  [true, false].map(peers => ({
    calls: heavy ? "1" : "4",
    who: peers ? "all contenders" : "the floor",
    rows: rest.filter(name => isHeavy(name) === heavy && WITH_PEERS.includes(name) === peers),
  })),
);

test.each(together)(
  "rows of $calls calls run, with $who: $rows",
  async ({ calls, who, rows }) => {
    const only = who === "the floor" ? ["--only", "floor"] : [];
    const { stdout, stderr } = await bench(...rows, "--rounds", "1", "--calls", calls, ...only);
    expect(stdout.match(/^### /gm)).toHaveLength(rows.length);
    expect(stdout, stderr).not.toContain("did not finish");
  },
  300_000,
);

test("--only measures heddle and those that are named, --add adds rounds", async () => {
  await bench("inline-mapped", "--rounds", "1", "--calls", "20", "--only", "floor");
  const { stdout, stderr } = await bench("inline-mapped", "--rounds", "2", "--calls", "20", "--only", "floor", "--add");
  expect(stdout.match(/^\| (\*\*heddle|floor|p-)/gm)).toHaveLength(2);
  expect(stderr).toMatch(/^inline-mapped, round 1, (heddle|floor): .* µs a call \(\d+ s left\)$/m);
  const { rows } = JSON.parse(readFileSync(join(folder, "bench.json"), "utf8")) as {
    rows: { name: string; rounds: number; measured: Record<string, unknown[]> }[];
  };
  const row = rows.find(({ name }) => name === "inline-mapped");
  expect(row?.rounds).toBe(3);
  expect(row?.measured["floor"]).toHaveLength(3);
});

test("--list says which rows there are", async () => {
  const { stdout } = await bench("--list");
  expect(
    stdout
      .trim()
      .split("\n")
      .map(text => text.split(" ")[0]),
  ).toEqual(names);
});

test("an unknown row is an error that lists those there are", async () => {
  await expect(bench("nothing")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("inline-mapped") });
});
