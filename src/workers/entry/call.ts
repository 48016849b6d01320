/**
 * What a worker runs that a command has started for one call. It and the coordinator exchange files in a folder, so
 * the command may queue, and run it on any machine that sees the folder.
 */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { IN, OUT } from "../command/call-folder.ts";
import { appendFrame, FrameTail, MUTE } from "../command/exchange.ts";
import { Poll } from "../command/poll.ts";
import { flushBeforeEnd } from "../leaving.ts";
import { HEARD } from "../protocol.ts";
import { Server } from "../serve.ts";
import { endWith } from "../watch.ts";

const [folder = ""] = process.argv.slice(2);

/** From here on the descriptors are files in the folder: what the command's own are for, is the command's to say. */
for (const [descriptor, name] of [
  [1, "stdout"],
  [2, "stderr"],
] as const) {
  const path = join(folder, name);
  closeSync(openSync(path, "a"));
  closeSync(descriptor);
  // A file that is opened gets the lowest number that is free.
  openSync(path, "a");
}

process.on("SIGINT", () => {});

function say(wire: unknown[]): void {
  try {
    appendFrame(join(folder, OUT), wire);
  } catch {
    process.exit(MUTE);
  }
}

const input = new FrameTail(join(folder, IN), "the coordinator");
const early: unknown[][] = [];
let ready = false;

const server = new Server(
  say,
  { claim: () => true },
  {
    begins: () => endWith(folder),
    startedWell() {
      ready = true;
      for (const wire of early.splice(0)) server.receive(wire);
    },
    cancels: () => say([HEARD]),
    idle: () => process.exit(0),
  },
);
flushBeforeEnd(server);

let isFirst = true;
const poll = new Poll(
  () =>
    input.read(wire => {
      // The first message sets the worker up; calls come when that is done.
      if (isFirst || ready) server.receive(wire);
      else early.push(wire);
      isFirst = false;
    }),
  error => {
    // Nobody catches it: the worker dies of it, and says so.
    throw error;
  },
);
poll.look();
