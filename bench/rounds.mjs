/** The measurements of one row: every contender in each round, each in a process of its own. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("./measure.mjs", import.meta.url));
const TIMEOUT = 120_000;
const FILL_TIMEOUT = 600_000;
const TRIES = 3;

/** Gives the measurements by contender, one a round; null where a contender did not finish. */
export async function measureRow(name, row, { rounds, calls, onMeasured }) {
  const names = Object.keys(row.contenders);
  const measured = Object.fromEntries(names.map(who => [who, []]));
  const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const place = who => join(folder, who);
  try {
    if (row.fill !== undefined)
      for (const who of names) await processed(name, who, calls, place(who), FILL_TIMEOUT, "fill");
    for (let round = 0; round < rounds; round++) {
      // Each round begins with another one and every second goes backwards, so that nobody always follows the same.
      const order = [...names.slice(round % names.length), ...names.slice(0, round % names.length)];
      if (round % 2 === 1) order.reverse();
      for (const who of order) {
        const result = await measure(name, who, calls, place(who));
        measured[who].push(result);
        onMeasured(round, who, result);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return measured;
}

async function measure(name, who, calls, folder) {
  let problem = "";
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      const stdout = await processed(name, who, calls, folder, TIMEOUT);
      return JSON.parse(stdout.trim().split("\n").pop());
    } catch (error) {
      problem = error.killed ? `it had not ended after ${TIMEOUT / 1_000} s` : String(error.stderr || error.message);
    }
  }
  process.stderr.write(`${name}: ${who} failed: ${problem}\n`);
  return null;
}

async function processed(name, who, calls, folder, timeout, ...more) {
  const args = [script, name, who, String(calls), folder, ...more];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout, killSignal: "SIGKILL" });
  return stdout;
}
