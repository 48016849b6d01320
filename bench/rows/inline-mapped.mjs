import { mapped } from "../ways.mjs";
import { calls } from "./calls.mjs";

export default {
  title: "no-op inline, all mapped at once",
  short: "no-op inline, 100,000 at once",
  calls: 100_000,
  contenders: {
    heddle: () => import("../peers/heddle.mjs"),
    "p-limit": () => import("../peers/p-limit.mjs"),
    "p-queue": () => import("../peers/p-queue.mjs"),
    "p-map": () => import("../peers/p-map.mjs"),
    floor: () => import("../floors/inline.mjs"),
  },
  floor: "a promise a call",
  measure: calls("inline", mapped, 20_000),
};
