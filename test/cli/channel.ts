/** A line to tasks in other processes: they say what they do, and wait until they are told to go on. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { onTestFinished } from "vitest";

export interface Channel {
  /** What fixtures import: `say(text)` tells the test, `told()` resolves when the test answers, `pid` is known. */
  readonly module: string;
  /** Resolves when `count` messages have come that begin with `text`. */
  heard(text: string, count?: number): Promise<string[]>;
  /** Lets everyone who waits go on. */
  answer(): void;
}

export async function channel(folder: string): Promise<Channel> {
  const address = path.join(folder, "channel.sock");
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  let changed = () => {};
  const server = createServer(socket => {
    sockets.add(socket);
    socket.setEncoding("utf8").on("data", (text: string) => {
      messages.push(...text.split("\n").filter(line => line !== ""));
      changed();
    });
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  server.listen(address);
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const module = `
    import { connect } from "node:net";
    const socket = connect(${JSON.stringify(address)});
    socket.unref();
    export const say = text => new Promise(done => socket.write(text + "\\n", done));
    export const told = () => new Promise(done => { socket.ref(); socket.once("data", () => { socket.unref(); done(); }); });
  `;
  return {
    module,
    answer: () => {
      for (const socket of sockets) socket.write("go\n");
    },
    async heard(text, count = 1) {
      for (;;) {
        const found = messages.filter(message => message.startsWith(text));
        if (found.length >= count) return found;
        await new Promise<void>(resolve => {
          changed = resolve;
        });
      }
    },
  };
}

/** Resolves when no process with this id is left. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise(resolve => setImmediate(resolve));
  }
}
