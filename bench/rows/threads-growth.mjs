import { growth } from "./growth.mjs";
import threads from "./threads-mapped.mjs";

const { heddle, tinypool, poolifier, floor } = threads.contenders;
const fewer = load => ({ load, most: 1_000_000 });

export default growth("threads-mapped", {
  title: "no-op on 2 threads, all mapped at once: what a call costs among many",
  short: "no-op on 2 threads, 10,000,000 at once",
  contenders: { heddle, tinypool: fewer(tinypool), poolifier: fewer(poolifier), floor },
  floor: threads.floor,
});
