/** The rows, in the order in which they are shown. */
export const names = [
  "inline-mapped",
  "threads-mapped",
  "threads-in-flight",
  "threads-idle",
  "threads-64mb",
  "threads-64mb-shared",
  "processes-mapped",
  "graph",
  "keys-primitives",
  "keys-object",
  "keys-array",
  "keys-nodes",
  "cache-hits",
  "cache-hit-one",
  "cache-cold",
  "cache-choose",
  "cache-choose-warm",
  "cache-open",
  "cache-start",
];

export const loadRow = async name => (await import(`./${name}.mjs`)).default;
