/** What a worker process runs. It speaks over descriptor 3, so that nothing a task prints can be taken for a message. */
import { Socket } from "node:net";
import { encodeFrame, FrameReader } from "../../codec/frames.ts";
import { endUnheard, flushBeforeEnd } from "../leaving.ts";
import { Server } from "../serve.ts";
import { TokenClaimer } from "../tokens.ts";
import { endWith } from "../watch.ts";

const CHANNEL = 3;
const CLAIMS = 4;
const parent = Number(process.argv[2]);

/** The terminal sends Ctrl-C to the whole group; the coordinator decides when its workers end. */
process.on("SIGINT", () => {});

const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
const reader = new FrameReader();

function send(wire: unknown[]): void {
  channel.cork();
  for (const part of encodeFrame(wire)) channel.write(part);
  channel.uncork();
}

const server = new Server(send, new TokenClaimer(CLAIMS), { begins: () => endWith(parent) });
channel.on("data", chunk => reader.push(chunk, wire => server.receive(wire)));
channel.on("error", endUnheard);
channel.on("close", () => process.exit(0));

flushBeforeEnd(server);
