/** What a worker thread runs. */
import { parentPort, workerData } from "node:worker_threads";
import { LARGE, Segments } from "../../codec/segments.ts";
import { SharedClaims } from "../claims.ts";
import { Server } from "../serve.ts";

const port = parentPort!;
const segments = new Segments();

/** What is large and not in shared memory changes hands instead of being copied. */
function send(wire: unknown[]): void {
  const large = new Set<ArrayBuffer>();
  for (const item of wire) {
    if (typeof item !== "object") continue;
    if (item instanceof ArrayBuffer) large.add(item);
    else if (item instanceof Uint8Array && item.byteLength >= LARGE && item.buffer instanceof ArrayBuffer) {
      if (item.byteLength === item.buffer.byteLength) large.add(item.buffer);
    }
  }
  port.postMessage(wire, [...large]);
}

const server = new Server(send, new SharedClaims(workerData as SharedArrayBuffer), {}, segments);
port.on("message", (wire: unknown[]) => server.receive(wire));
// A call has closed it, and nothing that this thread says is heard any more.
port.on("close", () => process.exit(1));
