/** Rows about clusters of two processes on this machine, beside the same by hand in the engine's own language. */
import { python } from "./python.mjs";

const WARM_UP = 100;

/** `way`: what Python is to do; `most`: how many times its time heddle may take. */
export const onDask = (way, measure, { most, ...row }, warmUp = WARM_UP) => ({
  of: "calls",
  rounds: 3,
  contenders: {
    heddle: () => import("../peers/dask.mjs"),
    ...python("processes", way, { "Client.submit": row.calls }, warmUp),
  },
  goal: { peers: { "Client.submit": Number((1 / most).toFixed(2)) } },
  measure,
  ...row,
});
