/**
 * One measurement, in a process of its own: `node measure.mjs ROW CONTENDER CALLS`. The last line of its output is the
 * result as JSON: microseconds a call, the peak of this process's memory in bytes, and what else the row measures.
 */
import { loadRow } from "./rows/all.mjs";

const [, , name, who, count] = process.argv;
const row = await loadRow(name);
const contender = await row.contenders[who]();
const { ms, ...more } = await row.measure(contender, Number(count));
const peak = process.resourceUsage().maxRSS * 1024;
const result = JSON.stringify({ us: (ms * 1_000) / Number(count), peak, from: contender.from, ...more });
process.stdout.write(`\n${result}\n`, () => process.exit(0));
