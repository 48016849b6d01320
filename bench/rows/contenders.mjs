/** Who can run calls elsewhere. */
export const pools = {
  heddle: () => import("../peers/heddle.mjs"),
  piscina: () => import("../peers/piscina.mjs"),
  tinypool: () => import("../peers/tinypool.mjs"),
  workerpool: () => import("../peers/workerpool.mjs"),
  poolifier: () => import("../peers/poolifier.mjs"),
};

export const onThreads = { ...pools, floor: () => import("../floors/threads.mjs") };

const { piscina: _onlyThreads, ...withProcesses } = pools;
export const onProcesses = { ...withProcesses, floor: () => import("../floors/processes.mjs") };

/** With these before the floor. */
export const beside = ({ floor, ...peers }, others) => ({ ...peers, ...others, floor });
