/**
 * One measurement, in a process of its own: `node measure.mjs ROW CONTENDER CALLS FOLDER`. The last line of its output
 * is the result as JSON: the figure in the row's unit, how many calls it is about, the peak of this process's memory in
 * bytes, and what else the row measures. With `fill` behind it, it makes what later measurements of the row find in the
 * folder.
 */
import { loadRow } from "./rows/all.mjs";
import { figureOf } from "./units.mjs";

const [, , name, who, calls, folder, fill] = process.argv;
const row = await loadRow(name);
const contender = await loaded(row.contenders[who].load);
if (fill === "fill") {
  await row.fill(contender, Number(calls), folder);
  process.exit(0);
}
const measured = { count: Number(calls), ...(await row.measure(contender, Number(calls), folder, who)) };
const peak = measured.peak ?? process.resourceUsage().maxRSS * 1024;
const { count, columns } = measured;
print({ value: figureOf(row.unit, { ...measured, peak }), count, columns, peak, from: contender.from });

/** A package that is not there is no failure of the measurement. */
async function loaded(load) {
  try {
    return await load();
  } catch (error) {
    const [, missing] = /^Cannot find package '([^']+)'/.exec(error.message) ?? [];
    if (missing === undefined) throw error;
    print({ missing: `${missing} is not installed: npm ci` });
    return await new Promise(() => {});
  }
}

function print(result) {
  process.stdout.write(`\n${JSON.stringify(result)}\n`, () => process.exit(0));
}
