/** From measurements to figures: medians, and ratios between those of the same round. */

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One line a contender; `ratio` is how many times heddle's time theirs is, the median over rounds. */
export function figures(measured) {
  const us = (who, round) => measured[who][round]?.us;
  return Object.keys(measured).map(who => {
    const done = measured[who].filter(result => result !== null);
    if (done.length === 0) return { who, failed: true };
    const both = measured[who].map((_, round) => [us(who, round), us("heddle", round)]);
    const ratios = both.filter(pair => pair.every(x => x !== undefined)).map(([their, ours]) => their / ours);
    return {
      who,
      from: done[0].from,
      us: median(done.map(result => result.us)),
      low: Math.min(...done.map(result => result.us)),
      high: Math.max(...done.map(result => result.us)),
      peak: median(done.map(result => result.peak)),
      ...(done[0].bytes === undefined ? {} : { bytes: median(done.map(result => result.bytes)) }),
      ...(ratios.length === 0 ? {} : { ratio: median(ratios) }),
    };
  });
}

/** How heddle stands: against the fastest peer, the floor, and the goal. */
export function standing(lines, goal = {}, calls = 1) {
  const ours = lines.find(({ who }) => who === "heddle");
  const peers = lines.filter(({ who, failed }) => who !== "heddle" && who !== "floor" && !failed);
  const fastest = peers.reduce((best, one) => (one.ratio < best.ratio ? one : best), peers[0]);
  const floor = lines.find(({ who }) => who === "floor");
  const missed = [];
  if (goal.us !== undefined && ours.us > goal.us) missed.push(`${goal.us} µs`);
  if (goal.ms !== undefined && (ours.us * calls) / 1_000 > goal.ms) missed.push(`${goal.ms} ms`);
  if (goal.bytes !== undefined && ours.bytes > goal.bytes) missed.push(`${goal.bytes} bytes a call`);
  if (goal.floor !== undefined && 1 / floor.ratio > goal.floor) missed.push(`${goal.floor} x the floor`);
  for (const [who, times] of Object.entries(goal.peers ?? {})) {
    const peer = peers.find(one => one.who === who);
    if (peer !== undefined && peer.ratio < times) missed.push(`${times} x ${who}`);
  }
  return { fastest, floor, missed };
}
