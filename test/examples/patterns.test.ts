/** The example of the three patterns: with workers elsewhere, on this machine, and both. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "heddle-patterns-"));
const pages = join(home, "pages");
for (const page of ["slurm", "docker", "targets", "build"]) {
  cpSync(join(root, `docs/${page}.md`), join(pages, `${page}.md`));
}
const env = { ...process.env, HEDDLE_QUEUE: join(home, "queue"), NODE_ENV: undefined, VITEST: undefined };
const workers: ChildProcess[] = [];
afterAll(async () => {
  const ends = workers.map(worker => once(worker, "exit"));
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all(ends);
  rmSync(home, { recursive: true, force: true });
});

async function example(name: string, ...folders: string[]): Promise<string[]> {
  const args = ["--import", "tsx", `examples/patterns/${name}.ts`, ...folders];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const [output, [code]] = await Promise.all([child.stdout.setEncoding("utf8").toArray(), once(child, "exit")]);
  expect(code).toBe(0);
  return output.join("").trimEnd().split("\n");
}

function work(): void {
  const args = ["dist/cli/heddle.js", "worker", "examples/patterns/pages.ts", "--concurrency", "1"];
  workers.push(spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] }));
}

test("a job for each page on two workers, the CPUs of this machine, flows on both: all find the same", async () => {
  work();
  work();
  const found = await example("fan-out", pages);
  expect(found[1]).toMatch(/^ {2}0\.\d\d {2}docker\.md and slurm\.md$/);
  expect(found).toHaveLength(4);
  expect(await example("cpus", pages)).toEqual(found);
  expect(await example("both", pages, pages)).toEqual([...found, ...found]);
});
