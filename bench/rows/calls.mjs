/** Measures one way of making calls at one place, after a part of them to warm up. */
export const calls = (place, way, warmUp) => (contender, count) =>
  contender.places[place](
    async at => {
      await way(at, Math.min(count, warmUp));
      const before = process.memoryUsage.rss();
      const measured = await way(at, count);
      const grown = Math.max(0, process.resourceUsage().maxRSS * 1024 - before);
      return { ...measured, columns: { ...measured.columns, "bytes a call": grown / count } };
    },
    { way: way.name },
  );
