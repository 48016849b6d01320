/** Builds in threads of their own, as code is loaded once in a thread. */
import { Worker } from "node:worker_threads";
import type { BuildReport } from "heddle/build";

export interface BuiltApart {
  readonly states: Readonly<Record<string, string>>;
  /** Why targets were built, or what they failed with. */
  readonly reasons: Readonly<Record<string, BuildReport["targets"][number]["reasons"] | string>>;
}

export async function buildApart(
  root: string,
  place: "inline" | "threads" | "processes" = "inline",
): Promise<BuiltApart> {
  const worker = new Worker(new URL("./apart.mjs", import.meta.url), { workerData: { root, place } });
  const said = await new Promise<BuiltApart>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", () => reject(new Error("it ended without a word")));
  });
  await worker.terminate();
  return said;
}
