/** What a worker thread runs. */
import { parentPort, workerData } from "node:worker_threads";
import { SharedClaims } from "../claims.ts";
import { Server } from "../serve.ts";

/** Results of this size or more, in bytes, change hands instead of being copied. */
const LARGE = 65_536;

const port = parentPort!;

function send(wire: unknown[]): void {
  const large: ArrayBuffer[] = [];
  for (const item of wire) {
    if (item instanceof Uint8Array && item.byteLength >= LARGE && item.buffer instanceof ArrayBuffer) {
      if (item.byteLength === item.buffer.byteLength && !large.includes(item.buffer)) large.push(item.buffer);
    }
  }
  port.postMessage(wire, large);
}

const server = new Server(send, new SharedClaims(workerData as SharedArrayBuffer));
port.on("message", (wire: unknown[]) => server.receive(wire));
// A call has closed it, and nothing that this thread says is heard any more.
port.on("close", () => process.exit(1));
