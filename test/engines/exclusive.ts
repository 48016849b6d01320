/** One at a time, among all processes of this machine. */
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * Runs something when nobody else does under the same name. Who has the name listens on a socket of the kernel's, so
 * that it is free as soon as that process is gone, and those who wait notice at once.
 */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Abstract names are Linux's, as are the engines.
  if (process.platform !== "linux") return work();
  const address = `\0heddle tests ${name}`;
  const waiting = new Set<Socket>();
  const server = createServer(socket => void waiting.add(socket.on("error", () => {})));
  while (!(await listens(server, address))) await isFree(address);
  try {
    return await work();
  } finally {
    for (const socket of waiting) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  }
}

function listens(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    };
    server.once("error", failed).listen(address, () => {
      server.off("error", failed);
      resolve(true);
    });
  });
}

/** Resolves when whoever has it is gone. */
function isFree(address: string): Promise<void> {
  return new Promise(resolve => {
    connect(address)
      .on("error", () => {})
      .on("close", () => resolve())
      .resume();
  });
}
