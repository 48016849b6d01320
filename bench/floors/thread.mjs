import { parentPort } from "node:worker_threads";
import { noop } from "../noop.mjs";

parentPort.on("message", x => parentPort.postMessage(Array.isArray(x) ? x.map(each => noop(each)) : noop(x)));
