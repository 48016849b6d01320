import { first } from "./first.mjs";

export default first("processes", ["heddle", "tinypool", "workerpool", "poolifier"], "processes");
