import { first } from "./first.mjs";

export default first("threads", ["heddle", "piscina", "tinypool", "workerpool", "poolifier"], "first-threads");
