/** The first result of each of 2 workers, in a new process: `node first.mjs PLACE MODULE`. */
const [, , place, module] = process.argv;
const { places } = await import(module);
await places[place](
  async ({ call }) => {
    const results = await Promise.all([call(1), call(2)]);
    if (results.join() !== "1,2") throw new Error("the first results are wrong");
    process.stdout.write("there\n");
  },
  { way: "first" },
);
process.exit();
