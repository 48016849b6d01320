/** Measures one way of making calls at one place, after a part of them to warm up. */
export const calls = (place, way, warmUp) => (contender, count) =>
  contender.places[place](async at => {
    await way(at, Math.min(count, warmUp));
    return { ms: await way(at, count) };
  }, way.name);
