import { rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { CallKey } from "../entry.ts";
import type { Amounts, Lacking } from "../shares.ts";
import type { Stake } from "./allotments.ts";

/** What a process says to the arbiter. */
export type Request =
  | readonly ["hello", id: string, address: string, held: readonly CallKey[], awaited: readonly CallKey[], stake: Stake]
  | readonly ["claim", keys: readonly CallKey[]]
  | readonly ["release", keys: readonly CallKey[]]
  | ShareRequest
  | readonly ["bye"];

/** Of shared limits. Questions are numbered by who asks. */
export type ShareRequest =
  | readonly ["limits", limits: Amounts]
  | readonly ["ask", number: number, amounts: Amounts]
  | readonly ["drop", number: number]
  | readonly ["frozen", frozen: boolean, answers: number]
  | readonly ["giveBack", amounts: Amounts];

/** What the arbiter says. Claims are answered in order, with a digit a key: 1 for granted, 0 for held by another. */
export type Reply =
  | readonly ["answer", digits: string]
  | readonly ["free", keys: readonly CallKey[]]
  | readonly ["others", count: number]
  | ShareReply;

export type ShareReply =
  | readonly ["granted", number: number, amounts: Amounts]
  | readonly ["queued", number: number, lacking: Lacking]
  | readonly ["hopeless", number: number];

export function say(message: Request | Reply): string {
  return `${JSON.stringify(message)}\n`;
}

/** Hears the messages on a connection, all that came in one piece at once. */
export function listenTo<M>(socket: Socket, hear: (messages: readonly M[]) => void): void {
  let rest = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    rest += text;
    if (!text.includes("\n")) return;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    try {
      hear(lines.map(line => JSON.parse(line) as M));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      socket.destroy();
    }
  });
}

/** Errors that say that a system is busy, not that nobody listens; the last, that a process was just dying. */
const BUSY = new Set(["EAGAIN", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EINTR", "ECONNRESET"]);
const PAUSE = 20;

/**
 * Connects to a process; null if it is dead. The kernel knows: it refuses at once what nobody listens to, and accepts
 * for a process that is merely busy or stopped. What cannot be reached for another reason counts as dead too, as a call
 * that runs twice is better than one that hangs.
 */
export function reach(address: string): Promise<Socket | null> {
  return new Promise(resolve => {
    const attempt = () => {
      const socket = connect(address);
      const failed = (error: NodeJS.ErrnoException) => {
        if (BUSY.has(error.code ?? "")) return void setTimeout(attempt, PAUSE).unref();
        // The file of a socket stays when its process is killed. Names are never used again.
        if (error.code === "ECONNREFUSED") rmSync(address, { force: true });
        resolve(null);
      };
      socket.once("error", failed).once("connect", () => {
        socket.off("error", failed).on("error", () => {});
        socket.unref();
        resolve(socket);
      });
    };
    attempt();
  });
}
