/** Ends the process that it is a thread of, by force, when the coordinator is gone. */
import { workerData } from "node:worker_threads";

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, 250);
