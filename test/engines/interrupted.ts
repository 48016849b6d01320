/** A run of many short calls that is interrupted: what had ended by then, wherever that was, is not run again. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Project, project } from "../cli/rig.ts";

const CALLS = 2_000;
/** So many have ended when the run is interrupted. */
const SOME = 300;

/** Each call says in a file that it has run, and cannot be stopped in between. */
const LINES = (runner: string) => `
  import { appendFileSync } from "node:fs";
  import { dask, flow, processes, ray, task, threads } from "heddle";
  const write = (file, n) => {
    for (const end = performance.now() + 0.2; performance.now() < end; );
    appendFileSync(file, n + "\\n");
    return n;
  };
  const line = task("line", write);
  const kept = task("kept", { cache: true }, write);
  const all = async (task, file) => {
    await task.map(Array.from({ length: ${CALLS} }, () => file), Array.from({ length: ${CALLS} }, (_, n) => n));
    if (process.env.HOLDS) await new Promise(resolve => setTimeout(resolve, 2 ** 30));
    return "done";
  };
  export const lines = flow("lines", { runner: ${runner} }, file => all(line, file));
  export const keptLines = flow("keptLines", { runner: ${runner} }, file => all(kept, file));
`;

/**
 * `runner`: in words; `prepare` has workers started for the module in a project. So many calls as are `slow` may
 * run twice.
 */
export function interrupted(
  runner: () => string,
  prepare: (place: Project, module: string) => Promise<unknown> = () => Promise.resolve(),
  slow = 0,
): void {
  test.each([
    ["goes on with --resume", "lines", ["--resume"]],
    ["with a cache is run again", "keptLines", []],
  ])("a run that was interrupted %s: no call runs twice", async (_, flow, again) => {
    const place = project({ "lines.mjs": LINES(runner()) });
    await prepare(place, "lines.mjs");
    const log = join(place.folder, "log");
    const ran = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").map(Number) : []);
    const words = ["run", `lines.mjs:${flow}`, "--input", JSON.stringify(log)];
    const started = place.start(words, { env: { HOLDS: "1" } });
    await expect.poll(() => ran().length, { timeout: 50_000, interval: 5 }).toBeGreaterThan(SOME);
    started.process.kill("SIGINT");
    expect(await started.ended).toMatchObject({ code: 130 });
    const before = ran().length;
    const second = await place.heddle(...words, ...again);
    expect(second).toMatchObject({ code: 0, stdout: "done\n" });
    const times = new Array<number>(CALLS).fill(0);
    for (const n of ran()) times[n]! += 1;
    const never = times.filter(count => count === 0).length;
    const twice = times.filter(count => count > 1).length;
    expect(`of ${before}: ${never} never, ${Math.max(0, twice - slow)} twice`).toBe(`of ${before}: 0 never, 0 twice`);
  });
}
