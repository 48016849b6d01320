/** Worker processes in the rows about jobs. */
import { spawn } from "node:child_process";

export function startChild(args, env = {}) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", text => {
    said = (said + text).slice(-10_000);
  });
  return {
    process: child,
    /** Resolves when it has written this to stderr. */
    said: text =>
      new Promise((resolve, reject) => {
        const look = () => said.includes(text) && resolve();
        child.stderr.on("data", look);
        child.once("exit", () => reject(new Error(`a worker ended: ${said}`)));
        look();
      }),
    kill: signal => child.kill(signal),
  };
}
