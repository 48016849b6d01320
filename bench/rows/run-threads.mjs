import { fileURLToPath } from "node:url";
import { whole } from "../units.mjs";
import { command, timeOf } from "./starts.mjs";

const withWorker = fileURLToPath(new URL("../floors/one-worker.mjs", import.meta.url));
const row = command("flow.js", ["-n", "2"], {
  title: "heddle run -n 2 of a trivial flow in JavaScript, the whole process",
  unit: whole,
});

const floor = async () => ({
  from: "node",
  start: (_folder, count) => ({
    ms: timeOf([withWorker], count),
    columns: { "node -e 0": timeOf(["-e", "0"], count) },
  }),
});

export default {
  ...row,
  contenders: { ...row.contenders, floor },
  floor: "a process that starts a worker thread",
  goal: {
    budget: {
      of: ({ value, columns: { "node -e 0": bare } }) => 1.5 * bare + value,
      said: "2.5 x node -e 0 and the start of a worker",
    },
  },
};
