import { chmodSync, lstatSync, mkdirSync, rmSync, statSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The shortest limit of the systems for the path of a socket is 104 bytes, with one for the end. */
const LONGEST = 100;

/**
 * Listens for the other processes: in the store's own folder, where all who share it find it, or where the path would
 * be too long for a socket, or the file system has none, in a folder of this user for temporary files.
 */
export async function listen(
  folder: string,
  id: string,
  welcome: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly address: string }> {
  if (process.platform === "win32") {
    const address = `\\\\.\\pipe\\heddle-${id}`;
    return { address, server: await listenAt(address, welcome) };
  }
  const near = join(folder, id);
  if (Buffer.byteLength(near) <= LONGEST) {
    try {
      const server = await listenAt(near, welcome);
      // Who may write to the store may connect.
      chmodSync(near, statSync(folder).mode & 0o777);
      return { address: near, server };
    } catch {
      rmSync(near, { force: true });
    }
  }
  const address = join(temporary(), id);
  return { address, server: await listenAt(address, welcome) };
}

function listenAt(address: string, welcome: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(welcome);
    server.once("error", reject);
    // Without `exclusive`, workers of node:cluster would all listen on one socket of their parent.
    server.listen({ path: address, exclusive: true }, () => {
      server.off("error", reject).on("error", () => {});
      server.unref();
      resolve(server);
    });
  });
}

/** A folder that nobody but this user can write to or connect in. */
function temporary(): string {
  const user = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `heddle-${user}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== user || (stat.mode & 0o077) !== 0) {
    throw new Error(`${folder} is not a directory of this user alone, so sockets in it cannot be trusted: remove it`);
  }
  return folder;
}
