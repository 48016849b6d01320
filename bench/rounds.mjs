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

/**
 * Gives the measurements by contender, one a round; null where a contender did not finish. `first` is the number of the
 * first round, if some were measured before.
 */
export async function measureRow(row, { rounds, first = 0, calls, python, onMeasured }) {
  const names = Object.keys(row.contenders);
  const measured = Object.fromEntries(names.map(who => [who, []]));
  const skipped = {};
  const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const make = (who, ...more) => {
    const count = Math.min(calls, row.contenders[who].most ?? calls);
    return processed(command(row, who, count, join(folder, who), python, more), row, more.length > 0);
  };
  try {
    if (row.fill !== undefined) for (const who of names) await make(who, "fill");
    for (let round = first; round < first + rounds; round++) {
      for (const who of orderOf(names, round)) {
        if (skipped[who] !== undefined) continue;
        const began = performance.now();
        const result = await measure(row, who, make, python);
        if (result?.missing !== undefined) skipped[who] = result.missing;
        else measured[who].push(result);
        onMeasured({ row, round, who, result, ms: performance.now() - began });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const who of Object.keys(skipped)) delete measured[who];
  return { measured, skipped };
}

/** Each round begins with another one and every second goes backwards, so that nobody always follows the same. */
function orderOf(names, round) {
  const order = [...names.slice(round % names.length), ...names.slice(0, round % names.length)];
  return round % 2 === 1 ? order.reverse() : order;
}

async function measure(row, who, make, python) {
  const { python: far } = row.contenders[who];
  const missing = far && python.missing(far);
  if (missing !== undefined) return { missing };
  let problem = "";
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      const stdout = await make(who);
      return JSON.parse(stdout.trim().split("\n").pop());
    } catch (error) {
      problem = error.killed ? "it did not end in time" : String(error.stderr || error.message);
    }
  }
  process.stderr.write(`${row.name}: ${who} failed: ${problem}\n`);
  return null;
}

function command(row, who, count, folder, python, more) {
  const { python: far } = row.contenders[who];
  if (far !== undefined) return python.command(far, count);
  return [process.execPath, script, row.name, who, String(count), folder, ...more];
}

async function processed([program, ...args], { timeout = TIMEOUT }, filling) {
  const limits = { timeout: filling ? FILL_TIMEOUT : timeout, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(program, args, limits);
  return stdout;
}
