/**
 * Engines that the files of a test run share: the first that needs one starts it, and it ends with the run. They are
 * for tests that leave them as they are; who kills them has its own.
 */
import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { until } from "./debian.ts";
import { exclusively } from "./exclusive.ts";

/** What there is to know of an engine, which `start` gives where nobody has started it. It is kept as JSON. */
export async function shared<T>(name: string, start: () => Promise<T>): Promise<T> {
  const file = join(inject("engines"), `${name}.json`);
  if (!existsSync(file)) {
    await exclusively(file, async () => {
      if (!existsSync(file)) writeFileSync(file, JSON.stringify(await start()));
    });
  }
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

/** Files run one after the other in each of these, so what is only for one file at a time can bear its name. */
export const seat = process.env["VITEST_POOL_ID"] ?? "1";

/** Starts a program that goes on for as long as the run; resolves to what the expression finds in what it says. */
export async function daemon(
  name: string,
  sign: RegExp,
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const folder = inject("engines");
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "a");
  const child = spawn(program, args, { stdio: ["ignore", output, output], env, detached: true });
  child.unref();
  child.on("error", error => writeFileSync(log, error.message, { flag: "a" }));
  if (child.pid !== undefined) writeFileSync(join(folder, `${name}.pid`), String(child.pid));
  let found: RegExpExecArray | null = null;
  const hasSaid = async () => {
    found = sign.exec(readFileSync(log, "utf8"));
    return found !== null || child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  };
  await until(hasSaid, 60_000);
  if (found === null) throw new Error(`${name} did not start: ${readFileSync(log, "utf8").slice(-2_000)}`);
  return found[1] ?? found[0];
}
