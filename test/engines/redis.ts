/** A Redis of the tests' own, which keeps what it acknowledged, and can be killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install, programAt, runProgram, until } from "./debian.ts";
import { freePort } from "./port.ts";
import { daemon, shared } from "./shared.ts";

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Breaks all connections to it. */
  drop(): Promise<void>;
  /** As by `kill -9`. */
  kill(): Promise<void>;
  /** Again, with what it had. */
  start(): Promise<void>;
  /** It answers nothing, and breaks no connection, until it goes on. */
  freeze(): void;
  goOn(): void;
  stop(): Promise<void>;
}

/** Starts it; gives a reason where that is not possible. */
export async function startRedis(more: readonly string[] = []): Promise<RedisServer | string> {
  const problem = await install(["redis-server"], ["redis-server", "redis-cli"]);
  if (problem !== null) return problem;
  const home = mkdtempSync(join(tmpdir(), "heddle-redis-"));
  const port = await freePort();
  let child: ChildProcess | null = null;
  let said = "";
  const isUp = async () => (await runProgram("redis-cli", ["-p", String(port), "ping"])).output.trim() === "PONG";
  const start = async () => {
    const kept = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", home, ...kept, ...more];
    child = spawn(programAt("redis-server")!, args, { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2_000);
    });
    if (!(await until(isUp))) throw new Error(`Redis did not start: ${said}`);
  };
  const kill = async () => {
    const killed = child!;
    killed.kill("SIGKILL");
    if (killed.exitCode === null && killed.signalCode === null) {
      await new Promise(resolve => killed.once("exit", resolve));
    }
  };
  try {
    await start();
  } catch (error) {
    return (error as Error).message;
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async drop() {
      const kinds = ["normal", "pubsub"];
      await Promise.all(
        kinds.map(kind => runProgram("redis-cli", ["-p", String(port), "client", "kill", "type", kind])),
      );
    },
    kill,
    start,
    freeze: () => void child!.kill("SIGSTOP"),
    goOn: () => void child!.kill("SIGCONT"),
    async stop() {
      await kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The URL of one that all files share; a reason where there is none. */
export function sharedRedis(): Promise<{ readonly url: string } | string> {
  return shared("redis", async () => {
    const problem = await install(["redis-server"], ["redis-server"]);
    if (problem !== null) return problem;
    const port = String(await freePort());
    const program = programAt("redis-server")!;
    await daemon("redis", /Ready to accept/, [program, "--port", port, "--bind", "127.0.0.1", "--save", ""]);
    return { url: `redis://127.0.0.1:${port}` };
  });
}
