/** A thread of BullMQ by hand. */
import { parentPort, workerData } from "node:worker_threads";
import { noop } from "../../noop.mjs";
import { busy } from "../../work.mjs";

const run = { noop, busy }[workerData];
parentPort.on("message", data => parentPort.postMessage(run(data)));
parentPort.postMessage("ready");
