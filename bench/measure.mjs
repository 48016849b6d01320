/**
 * One measurement, in a process of its own: `node measure.mjs ROW CONTENDER CALLS FOLDER`. The last line of its output
 * is the result as JSON: microseconds a call, the peak of this process's memory in bytes, and what else the row
 * measures. With `fill` behind it, it makes what later measurements of the row find in the folder.
 */
import { loadRow } from "./rows/all.mjs";

const [, , name, who, calls, folder, fill] = process.argv;
const row = await loadRow(name);
const contender = await row.contenders[who]();
if (fill === "fill") {
  await row.fill(contender, Number(calls), folder);
  process.exit(0);
}
const { ms, count = Number(calls), ...more } = await row.measure(contender, Number(calls), folder);
const peak = process.resourceUsage().maxRSS * 1024;
const result = JSON.stringify({ us: (ms * 1_000) / count, peak, from: contender.from, ...more });
process.stdout.write(`\n${result}\n`, () => process.exit(0));
