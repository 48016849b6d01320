/** Rows about how the cost of a call grows with how many there are: another row, with 10^3 to 10^7 calls. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "../figures.mjs";

const script = fileURLToPath(new URL("../measure.mjs", import.meta.url));
const POWERS = [3, 4, 5, 6, 7];
const TRIES = 3;
/** A few calls take so little that one measurement says nothing. */
const TRIALS = { 3: 5, 4: 3 };

function cost(row, who, calls, folder) {
  const args = [script, row, who, String(calls), folder];
  for (let attempt = 1; ; attempt++) {
    try {
      const { value, peak } = JSON.parse(execFileSync(process.execPath, args).toString().trim().split("\n").pop());
      return { value, peak };
    } catch (error) {
      // A contender may crash now and then: poolifier does, in one of some dozen short lives.
      if (attempt === TRIES) throw error;
    }
  }
}

export const growth = (name, row) => ({
  calls: 10_000_000,
  timeout: 400_000,
  ...row,
  measure: (_contender, calls, folder, who) => {
    const columns = {};
    const costs = [];
    let peak = 0;
    for (const power of POWERS.filter(power => power === POWERS[0] || 10 ** power <= calls)) {
      const trials = Array.from({ length: TRIALS[power] ?? 1 }, () =>
        cost(name, who, Math.min(calls, 10 ** power), folder),
      );
      costs.push(median(trials.map(({ value }) => value)));
      columns[`of 10^${power}`] = costs.at(-1);
      peak = Math.max(peak, ...trials.map(trial => trial.peak));
    }
    return { value: costs.at(-1), columns, peak };
  },
});
