/** A Redis for one measurement, which writes to disk each second, as one would have it. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** Gives its URL; it ends with this process. */
export async function startRedis(folder) {
  const home = join(folder, `redis-${process.pid}`);
  mkdirSync(home, { recursive: true });
  const port = await freePort();
  const kept = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""];
  const server = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--dir", home, ...kept], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  process.on("exit", () => server.kill("SIGKILL"));
  await new Promise((resolve, reject) => {
    server.on("error", () => reject(new Error("there is no redis-server")));
    server.stdout.setEncoding("utf8").on("data", text => text.includes("Ready to accept connections") && resolve());
  });
  return `redis://127.0.0.1:${port}`;
}

function freePort() {
  return new Promise(resolve => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
