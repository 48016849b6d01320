/** A Docker daemon of the tests' own, with an image that has Node and a shell in it. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, programAt, runProgram, until } from "./debian.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export interface Docker {
  /** `docker run` of the image, in which this project and the folder for temporary files are where they are here. */
  run(...options: string[]): string[];
  /** The containers that run. */
  containers(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Starts it; gives a reason where that is not possible. */
export async function startDocker(): Promise<Docker | string> {
  const problem = await install(["docker.io"], ["dockerd", "docker", "docker-init"]);
  if (problem !== null) return problem;
  if (process.getuid?.() !== 0) return "only root can start dockerd";
  const home = mkdtempSync(join(tmpdir(), "heddle-docker-"));
  const socket = `unix://${home}/socket`;
  const places = ["--data-root", join(home, "data"), "--exec-root", join(home, "exec"), "-p", join(home, "pid")];
  const daemon = spawn(programAt("dockerd")!, [...places, "-H", socket, "--bridge=none", "--iptables=false"], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let log = "";
  daemon.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-2_000);
  });
  const docker = (...args: string[]) => runProgram("docker", ["-H", socket, ...args]);
  const stop = () => end(daemon, home);
  if (!(await until(async () => daemon.exitCode !== null || (await docker("version")).code === 0))) {
    await stop();
    return `dockerd did not start: ${log.slice(-300)}`;
  }
  const image = daemon.exitCode === null ? await makeImage(home, socket) : `dockerd ended: ${log.slice(-300)}`;
  if (image !== null) {
    await stop();
    return image;
  }
  const mounts = ["-v", `${root}:${root}:ro`, "-v", `${realpathSync(tmpdir())}:${tmpdir()}`];
  return {
    run: (...options) => {
      const command = ["docker", "-H", socket, "run", "--rm", "-i", "--init", "--network", "none"];
      return [...command, ...mounts, ...options, "heddle-node"];
    },
    containers: async () => (await docker("ps", "-q")).output.split("\n").filter(line => line !== ""),
    stop,
  };
}

/** No registry is asked: the image is made of this Node, the shell and the libraries that they need. */
async function makeImage(home: string, socket: string): Promise<string | null> {
  const files = join(home, "files");
  const copy = (from: string, to = from) => {
    mkdirSync(dirname(join(files, to)), { recursive: true });
    copyFileSync(realpathSync(from), join(files, to));
  };
  copy(process.execPath, "/usr/local/bin/node");
  copy("/bin/sh");
  for (const program of [process.execPath, "/bin/sh"]) {
    const { output } = await runProgram("ldd", [program]);
    for (const [, path] of output.matchAll(/(\/\S+) \(0x/g)) copy(path!);
  }
  const script = `tar -C "$1" -c . | docker -H "$2" import - heddle-node`;
  const { code, output } = await runProgram("sh", ["-c", script, "sh", files, socket]);
  rmSync(files, { recursive: true, force: true });
  return code === 0 ? null : `the image could not be made: ${output}`;
}

async function end(daemon: ChildProcess, home: string): Promise<void> {
  daemon.kill("SIGTERM");
  await until(async () => daemon.exitCode !== null || daemon.signalCode !== null, 15_000);
  if (/ \S*heddle-docker/.test(readFileSync("/proc/mounts", "utf8"))) {
    await runProgram("sh", ["-c", `grep -o ' ${home}[^ ]*' /proc/mounts | xargs -r umount -l`]);
  }
  rmSync(home, { recursive: true, force: true });
}
