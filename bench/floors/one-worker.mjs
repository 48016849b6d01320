import { Worker } from "node:worker_threads";

const worker = new Worker("0", { eval: true });
worker.once("exit", () => process.exit());
