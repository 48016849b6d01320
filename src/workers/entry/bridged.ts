/**
 * What a worker runs that a bridge to a cluster has started, in Python. They talk over a socket that is inherited, so
 * that nothing a task prints can be taken for a message. It has one call at a time, or a few short ones; the bridge has
 * to know when they have ended, when one waits, and what of one is the value, and looks into nothing else.
 */
import { Socket } from "node:net";
import { readFrame } from "../../codec/whole-frame.ts";
import { BatchClaims } from "../cluster/batch-claims.ts";
import { AT_ONCE, Origins } from "../cluster/origins.ts";
import { Parts } from "../cluster/parts.ts";
import { fillIn, Outgoing } from "../cluster/worker-messages.ts";
import { endUnheard, flushBeforeEnd } from "../leaving.ts";
import { placeModules } from "../load.ts";
import { TASK } from "../protocol.ts";
import { Server } from "../serve.ts";
import { AwayFiles } from "../travel/away.ts";
import { endWith } from "../watch.ts";

process.on("SIGINT", () => {});

const channel = new Socket({ fd: Number(process.argv[2]), readable: true, writable: true });
const outgoing = new Outgoing(bytes => channel.write(bytes), Number(process.argv[3]));
const parent = process.ppid;
const origins = new Origins(wire => outgoing.reports(wire));
const claims = new BatchClaims(Number(process.argv[4]));
const server = new Server(
  wire => {
    if (outgoing.reports(wire)) claims.close();
  },
  claims,
  { begins: () => endWith(parent), idle: () => outgoing.end() },
  undefined,
  new AwayFiles(origins.ask, AT_ONCE),
);
flushBeforeEnd(server);

placeModules(module => origins.placeOf(module));

const parts = new Parts(([message, ...values]) => {
  const rest = origins.take(fillIn(readFrame(message!, "the coordinator"), values));
  if (rest === null) return;
  if (rest[0] === TASK) {
    const { count } = claims.begin(rest);
    server.tellsBegins = count > 1;
    outgoing.taken(count);
  }
  server.receive(rest);
});
channel.on("data", chunk => parts.push(chunk));
channel.on("error", endUnheard);
channel.on("close", () => process.exit(0));
