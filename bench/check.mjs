/** Whether heddle has fallen behind what was recorded. */
import { isPeer } from "./figures.mjs";
import { number } from "./numbers.mjs";

/** Machines differ from day to day by more than one day's rounds show. */
const LEAST_NOISE = 0.2;
/** What one or two rounds do not show of how far they would lie apart. */
const UNKNOWN = 0.1;
/** How many standard errors of a median may lie between two of them. */
const ERRORS = 3;

const lineOf = ([who, kept]) => ({ who, ...kept });

/** Whom a check compares with: the best peer of the record, and the floor. */
export function comparedWith({ ratios }) {
  const peers = Object.entries(ratios).map(lineOf).filter(isPeer);
  const [best] = peers.sort((a, b) => a.ratio - b.ratio);
  return [...(best === undefined ? [] : [best.who]), ...(ratios.floor === undefined ? [] : ["floor"])];
}

/** By which share two medians of ratios may differ by chance. */
export function noise(...medians) {
  const error = ({ spread, rounds }) =>
    (1.2533 * (rounds < 3 ? Math.max(spread, UNKNOWN) : spread)) / Math.sqrt(rounds);
  const variance = medians.reduce((sum, one) => sum + error(one) ** 2, 0);
  return Math.max(LEAST_NOISE, ERRORS * Math.sqrt(variance));
}

/** One row of now beside its record: `worse` and `better` beyond the noise, `missing` what has no ratio now. */
export function check({ name, calls, lines, measured }, recorded) {
  const result = { name, worse: [], better: [], same: [], missing: [], notes: [] };
  if (recorded === undefined) return { ...result, notes: ["nothing is recorded"] };
  if (recorded.calls !== calls) return { ...result, notes: [`${recorded.calls} calls were recorded, not ${calls}`] };
  for (const who of comparedWith(recorded)) {
    const was = recorded.ratios[who];
    const line = lines.find(one => one.who === who);
    if (line?.ratio === undefined) {
      result.missing.push(who);
      continue;
    }
    const allowed = noise(was, { spread: line.spread, rounds: measured[who].filter(result => result !== null).length });
    const change = Math.log(line.ratio / was.ratio);
    const found = { who, was: was.ratio, now: line.ratio, allowed };
    result[change < -allowed ? "worse" : change > allowed ? "better" : "same"].push(found);
  }
  if (lines.find(({ who }) => who === "heddle")?.failed) result.worse.push({ who: "itself", failed: true });
  return result;
}

export const isBehind = ({ worse }) => worse.length > 0;

/** Rows beside their records; those that are behind are measured `again` first, by name, and all their rounds count. */
export async function compared(done, recorded, again) {
  const of = rows => rows.map(row => check(row, recorded[row.name]));
  const first = of(done);
  const behind = first.filter(isBehind).map(({ name }) => name);
  if (behind.length === 0) return first;
  const second = of(await again(behind));
  return first.map(result => second.find(({ name }) => name === result.name) ?? result);
}

/** The comparison as text, with what to do. */
export function checked(results) {
  const lines = results.flatMap(({ name, notes, worse, better, missing }) => [
    ...notes.map(note => `${name}: not compared: ${note}`),
    ...missing.map(who => `${name}: not compared with ${who}, which gave no figure`),
    ...worse.map(found => `${name}: FALLEN BEHIND: ${said(found)}`),
    ...better.map(found => `${name}: better: ${said(found)}`),
  ]);
  const behind = results.filter(isBehind).map(({ name }) => name);
  const anew = behind.length > 0 ? behind.join(" ") : "ROWS";
  const end =
    behind.length > 0
      ? `heddle has fallen behind in ${behind.join(", ")}. If that is meant to be: npm run bench -- ${anew} --record`
      : `${results.length} rows, none behind what is recorded. To record anew: npm run bench -- ${anew} --record`;
  return [...lines, end].join("\n");
}

function said({ who, was, now, allowed, failed }) {
  if (failed) return "heddle did not finish";
  return `${number(now)} x ${who}, recorded ${number(was)} x, noise ${Math.round(allowed * 100)} %`;
}
