/** From measurements to figures: medians, and ratios between those of the same round. */

import { number } from "./numbers.mjs";

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How far numbers lie apart, as a share of them: robust, so that one odd round does not count. */
export function spread(numbers) {
  const logs = numbers.map(Math.log);
  const middle = median(logs);
  // As many as a standard deviation, if they are normal.
  return 1.4826 * median(logs.map(x => Math.abs(x - middle)));
}

/** One line a contender; `ratio` is how many times better heddle is, the median over rounds. */
export function figures(measured, { more = false } = {}) {
  return Object.keys(measured).map(who => {
    const done = measured[who].filter(result => result !== null);
    if (done.length === 0) return { who, failed: true };
    const values = done.map(result => result.value);
    const ratios = ratiosOf(measured, who, more);
    return {
      who,
      from: done[0].from,
      count: done[0].count,
      value: median(values),
      low: Math.min(...values),
      high: Math.max(...values),
      peak: median(done.map(result => result.peak)),
      columns: columnsOf(done),
      ...(who === "heddle" || ratios.length === 0 ? {} : { ratio: median(ratios), spread: spread(ratios) }),
    };
  });
}

function ratiosOf(measured, who, more) {
  return measured[who].flatMap((theirs, round) => {
    const ours = measured.heddle?.[round];
    if (theirs === null || ours === null || ours === undefined) return [];
    return [more ? ours.value / theirs.value : theirs.value / ours.value];
  });
}

/** What a row measures besides, by name. */
function columnsOf(done) {
  const names = Object.keys(done[0].columns ?? {});
  return Object.fromEntries(names.map(name => [name, median(done.map(result => result.columns[name]))]));
}

/** Another way of using heddle is no peer of it. */
export const isPeer = ({ who, from, failed }) => who !== "floor" && from !== "heddle" && !failed;

/** How heddle stands: against the best peer, the floor, and the goal. */
export function standing(lines, goal = {}) {
  const ours = lines.find(({ who }) => who === "heddle");
  const floor = lines.find(({ who }) => who === "floor");
  const peers = lines.filter(line => isPeer(line) && line.ratio !== undefined);
  const best = peers.reduce((found, one) => (one.ratio < found.ratio ? one : found), peers[0]);
  return { best, floor, missed: missedBy(ours, floor, peers, goal) };
}

function missedBy(ours, floor, peers, goal) {
  const missed = [];
  const above = (value, most, said) => {
    if (value > most) missed.push(said);
  };
  if (goal.most !== undefined) above(ours.value, goal.most, `at most ${goal.most}`);
  if (goal.least !== undefined) above(goal.least, ours.value, `at least ${goal.least}`);
  for (const [name, most] of Object.entries(goal.columns ?? {})) above(ours.columns[name], most, `${most} ${name}`);
  if (floor?.ratio !== undefined) {
    if (goal.floor !== undefined) above(1 / floor.ratio, goal.floor, `${number(goal.floor)} x the floor`);
    if (goal.budget !== undefined) above(ours.value, goal.budget.of(floor), goal.budget.said);
  }
  for (const [who, times] of Object.entries(goal.peers ?? {})) {
    const peer = peers.find(one => one.who === who);
    if (peer !== undefined) above(times, peer.ratio, `${times} x ${who}`);
  }
  return missed;
}
