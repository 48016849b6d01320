import { growth } from "./growth.mjs";
import inline from "./inline-mapped.mjs";

const { contenders, floor } = inline;
const fewer = load => ({ load, most: 1_000_000 });

export default growth("inline-mapped", {
  title: "no-op inline, all mapped at once: what a call costs among many",
  short: "no-op inline, 10,000,000 at once",
  contenders: {
    ...contenders,
    "p-limit": fewer(contenders["p-limit"]),
    "p-queue": fewer(contenders["p-queue"]),
    "p-map": fewer(contenders["p-map"]),
  },
  floor,
});
