const work = import("../../work.mjs");

module.exports = {
  noop: x => x,
  spin: async steps => (await work).spin(steps),
  busy: async ms => (await work).busy(ms),
};
