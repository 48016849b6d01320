import { handedOn } from "../ways.mjs";
import { calls } from "./calls.mjs";

export default {
  title: "the same with move(…), each call given what the one before it gave",
  calls: 10,
  contenders: { heddle: () => import("../peers/heddle-move.mjs"), floor: () => import("../floors/memory.mjs") },
  floor: "the array posted there and back, cloned",
  measure: calls("threads", handedOn, 3),
};
