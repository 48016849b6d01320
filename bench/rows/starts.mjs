/** Rows about whole processes, from their start. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../figures.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs it so many times; gives the median of what each takes to its end. */
export function timeOf(args, count, options = {}) {
  const times = Array.from({ length: count }, () => {
    const began = performance.now();
    execFileSync(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    return performance.now() - began;
  });
  return median(times);
}

/** What each takes until it says something. */
export async function untilFirstWord(args, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "close");
    await Promise.race([once(child.stdout, "data"), failure(ended)]);
    times.push(performance.now() - began);
    await ended;
  }
  return median(times);
}

async function failure(ended) {
  const [code] = await ended;
  throw new Error(`it ended with ${code}, and said nothing`);
}

/** A project with one trivial flow, as a user has it. */
export function project(folder, name) {
  const text = `import { flow, task } from "heddle";
export const add = task("add", (a, b) => a + b);
export default flow("main", () => add.submit(1, 2));
`;
  const typed = text.replace("(a, b)", "(a: number, b: number): number");
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules/heddle"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "project", type: "module" }));
  writeFileSync(join(folder, name), name.endsWith(".ts") ? typed : text);
  return folder;
}

const heddle = join(root, "dist/cli/heddle.js");

/** A row about `heddle run FILE` beside `node -e 0`. */
export const command = (file, args, row) => ({
  calls: 10,
  of: "starts",
  contenders: {
    heddle: async () => ({
      from: "heddle",
      start: (folder, count) => ({ ms: timeOf([heddle, "run", file, ...args], count, { cwd: project(folder, file) }) }),
    }),
    floor: async () => ({
      from: "node",
      start: (_folder, count) => ({ ms: timeOf(["-e", "0"], count) }),
    }),
  },
  floor: "node -e 0",
  ...row,
  measure: ({ start }, count, folder) => start(join(folder, String(process.pid)), count),
});
