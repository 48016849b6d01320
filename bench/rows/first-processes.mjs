import { first } from "./first.mjs";
import { firstOnProcesses } from "./python.mjs";

export default first("processes", ["heddle", "tinypool", "workerpool", "poolifier"], firstOnProcesses, "processes");
