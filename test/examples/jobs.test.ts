/** The example of jobs, in the store's folder and in a Redis. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { startRedis } from "../engines/redis.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heddle-jobs-"));
const server = await startRedis();
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (typeof server !== "string") await server.stop();
});

async function run(place: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, HEDDLE_QUEUE: place, NODE_ENV: undefined, VITEST: undefined };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const [output, [code]] = await Promise.all([child.stdout.setEncoding("utf8").toArray(), once(child, "exit")]);
  expect(code).toBe(0);
  return output.join("").trim();
}

async function example(place: string): Promise<unknown> {
  const heddle = "dist/cli/heddle.js";
  const id = await run(place, "--import", "tsx", "examples/jobs/delay.ts");
  await run(place, heddle, "worker", "examples/jobs/words.ts", "--until-idle");
  return (JSON.parse(await run(place, heddle, "jobs", "show", id, "--json")) as { value: unknown }).value;
}

test("in the store's folder", async () => {
  expect(await example(folder)).toEqual(["the 5", "warp 3", "and 2"]);
});

test.skipIf(typeof server === "string")(`in a Redis${typeof server === "string" ? `: ${server}` : ""}`, async () => {
  expect(await example((server as { url: string }).url)).toEqual(["the 5", "warp 3", "and 2"]);
});
