/** A Ray cluster of the tests' own: a head with two CPUs, and nodes that come and go, all on this machine. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { bridgesIn } from "./bridges.ts";
import { type Python, pythonWith } from "./python.ts";

/** PyPI's newest. */
export const python: Python | string = await pythonWith("ray");

export interface RayCluster {
  readonly address: string;
  /** Adds a node: `num_cpus`, `num_gpus`, `resources`, as Ray takes them. Gives what `remove` takes. */
  add(options: Readonly<Record<string, unknown>>): Promise<string>;
  /** Kills all processes of a node. */
  remove(node: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startRay(program: string): Promise<RayCluster> {
  const script = new URL("ray_nodes.py", import.meta.url).pathname;
  const child = spawn(program, [script], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, RAY_USAGE_STATS_ENABLED: "0" },
  });
  const words: string[] = [];
  child.stderr.on("data", chunk => words.push(String(chunk)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the cluster ended: ${words.join("").slice(-2_000)}`);
    return value.startsWith("[") ? (JSON.parse(value) as [string])[0] : heard();
  };
  const ask = (...order: unknown[]) => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    return heard();
  };
  return {
    address: await heard(),
    add: options => ask("add", options),
    async remove(node) {
      await ask("remove", node);
    },
    async stop() {
      const gone = new Promise(resolve => child.once("exit", resolve));
      child.stdin.end();
      await gone;
    },
  };
}

/** The bridges that this process has. */
export const bridges = (): number[] => bridgesIn("heddle_ray.py", process.pid);
