import { parentPort, workerData } from "node:worker_threads";
import { noop } from "../noop.mjs";
import { busy, spin } from "../work.mjs";

const work = { busy, spin }[workerData] ?? noop;

parentPort.on("message", x => parentPort.postMessage(Array.isArray(x) ? x.map(each => work(each)) : work(x)));
