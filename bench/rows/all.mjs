/** The rows, in the order in which they are shown. */
export const names = [
  "inline-mapped",
  "threads-mapped",
  "threads-in-flight",
  "threads-idle",
  "processes-mapped",
  "graph",
];

export const loadRow = async name => (await import(`./${name}.mjs`)).default;
