/** docs/crash-safety.md says of each fault and runner what test/crashes holds heddle to. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { coordinatorFaults, places, workerFaults } from "../crashes/cells.ts";
import { root } from "./extract.ts";

const page = readFileSync(join(root, "docs/crash-safety.md"), "utf8");
const lines = page.split("\n");

/** The cells of the table whose first heading is this, line by line. */
function tableOf(heading: string): string[][] {
  const from = lines.findIndex(line => line.startsWith(`| ${heading} |`));
  const to = lines.findIndex((line, at) => at > from && !line.startsWith("|"));
  const cells = lines.slice(from, to).map(line => line.slice(2, -2).split(" | "));
  return cells.filter((_, at) => at !== 1);
}

test.each([
  ["a call …", workerFaults],
  ["the coordinator …", coordinatorFaults],
] as const)("%s", (heading, faults) => {
  const rows = Object.entries(faults).map(([fault, row]) => [fault, ...row]);
  expect(tableOf(heading)).toEqual([[heading, ...places], ...rows]);
});
