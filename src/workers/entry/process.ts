/** What a worker process runs. It speaks over descriptor 3, so that nothing a task prints can be taken for a message. */
import { Socket } from "node:net";
import { encodeFrame, FrameReader } from "../../codec/frames.ts";
import { endUnheard, flushBeforeEnd } from "../leaving.ts";
import { Server } from "../serve.ts";
import { TokenClaimer } from "../tokens.ts";
import { endWith } from "../watch.ts";

const [SAYS, CLAIMS, HEARS] = [3, 4, 5];
const parent = Number(process.argv[2]);

/** The terminal sends Ctrl-C to the whole group; the coordinator decides when its workers end. */
process.on("SIGINT", () => {});

const says = new Socket({ fd: SAYS, readable: false, writable: true });
const hears = new Socket({ fd: HEARS, readable: true, writable: false });
const reader = new FrameReader();

function send(wire: unknown[]): void {
  says.cork();
  for (const part of encodeFrame(wire)) says.write(part);
  says.uncork();
}

const server = new Server(send, new TokenClaimer(CLAIMS), { begins: () => endWith(parent) });
hears.on("data", chunk => reader.push(chunk, wire => server.receive(wire)));
for (const channel of [says, hears]) channel.on("error", endUnheard);
hears.on("close", () => process.exit(0));

flushBeforeEnd(server);
