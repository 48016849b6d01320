/** Workers of a queue in Redis on a machine that sees nothing of the projects of those who use them. */

import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { closeQueues, openQueue } from "../../src/background/place.ts";
import { saidIn } from "../../src/background/redis/messages.ts";
import { redis } from "../../src/background/redis/place.ts";
import { asBuffer, type RedisQueue } from "../../src/background/redis/queue.ts";
import { callOf } from "../../src/background/remote.ts";
import { callOutcome, signedAnswer, signedJob } from "../../src/background/signature.ts";
import { readFrame } from "../../src/codec/whole-frame.ts";
import type { Dispatch, Host } from "../../src/task/runner.ts";
import { CallReports } from "../../src/workers/callreports.ts";
import { bytesOf, seal } from "../../src/workers/envelope.ts";
import { writeInputs } from "../../src/workers/inputs.ts";
import { GIVEN, readReports } from "../../src/workers/protocol.ts";
import { runNode, TwoMachines, write } from "../engines/hidden.ts";
import { sharedRedis } from "../engines/redis.ts";
import { seat } from "../engines/shared.ts";
import { job } from "./conformance.ts";

const COMMAND = fileURLToPath(new URL("../../dist/cli/heddle.js", import.meta.url));
const server = await sharedRedis();
const machines = new TwoMachines();
afterAll(() => machines.remove());
const problem = typeof server === "string" ? server : await machines.problem();

if (problem !== null || typeof server === "string") test.skip(`workers elsewhere: ${problem}`);
else suite(server.url);

function suite(url: string): void {
  let count = 0;
  const workers: ChildProcess[] = [];
  afterEach(() => {
    for (const worker of workers.splice(0)) worker.kill("SIGKILL");
  });

  const newQueue = () => redis({ url, lease: 2_000, prefix: `elsewhere-${seat}-${process.pid}-${count++}` });

  /** A worker there, once it is ready. */
  function worker(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<() => string> {
    const words = `${machines.shellWords} env -C ${folder} ${process.execPath} ${COMMAND} worker "$@"`;
    const child = spawn("unshare", ["-m", "sh", "-c", words, "sh", ...args], {
      env: { ...process.env, VITEST: undefined, HEDDLE_CODE: machines.shelf, ...env },
    });
    workers.push(child);
    let said = "";
    return new Promise((resolve, reject) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("at once")) resolve(() => said);
      });
      child.on("close", () => reject(new Error(said)));
    });
  }

  async function script(folder: string, queue: string, body: string, env: NodeJS.ProcessEnv = {}) {
    const name = `main-${count++}.mjs`;
    write(folder, {
      [name]: `
        import { file, run } from "heddle";
        import { readFileSync, truncateSync, writeFileSync } from "node:fs";
        const on = body => run({ runner: ${JSON.stringify(queue)} }, body);
        const tell = promise => promise.then(value => value, ({ name, message }) => name + ": " + message);
        const answer = await (async () => { ${body} })();
        process.stdout.write(JSON.stringify(answer));
      `,
    });
    const { code, stdout, stderr } = await runNode(folder, [name], env);
    if (code !== 0) throw new Error(stderr);
    return { answer: JSON.parse(stdout) as unknown, stderr };
  }

  const filing = {
    "tasks.mjs": `
      import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
      import { basename, join } from "node:path";
      import { context, file, task } from "heddle";
      export const read = task("read", place => [basename(place), readFileSync(place, "utf8").length, place]);
      export const make = task("make", (size, letter) => {
        const place = join(context().dir, "made.txt");
        writeFileSync(place, letter.repeat(size));
        return [file(place)];
      });
    `,
  };

  test("files among inputs and results travel through Redis, large ones in pieces", async () => {
    const queue = newQueue();
    const folder = machines.project(filing);
    machines.project(filing, machines.there, path.basename(folder));
    await worker(folder, ["tasks.mjs", "-o", queue, "--concurrency", "2"]);
    write(folder, { "data.txt": "x".repeat(3_000_000), "small.txt": "small" });
    const { answer } = await script(
      folder,
      queue,
      `const { make, read } = await import("./tasks.mjs");
       truncateSync("data.bin", 2 ** 30 + 1);
       return on(async () => {
         const all = await read.map([file("data.txt"), file("small.txt")]);
         const [made] = await make.submit(2_500_000, "y");
         const text = readFileSync(made, "utf8");
         const onwards = await read.submit(file(made));
         const large = await tell(read.submit(file("data.bin")));
         return { all, made, text: [text.length, text[0], text.at(-1)], onwards, large };
       });`.replace("truncateSync", 'writeFileSync("data.bin", ""); truncateSync'),
    );
    const copy = (name: string) => expect.stringMatching(new RegExp(`^${machines.shelf}/inputs/.*/${name}$`));
    expect(answer).toEqual({
      all: [
        ["data.txt", 3_000_000, copy("data.txt")],
        ["small.txt", 5, copy("small.txt")],
      ],
      made: expect.stringContaining(path.join(folder, ".heddle/dirs")),
      text: [2_500_000, "y", "y"],
      onwards: ["made.txt", 2_500_000, copy("made.txt")],
      large: expect.stringMatching(/^FileError: .* it has 1\.07 GB, and more than 1\.07 GB is not sent/),
    });
  });

  const SECRET = { HEDDLE_SECRET: "known to both" };
  const coded = {
    "tasks.mjs": `
      import { readFileSync } from "node:fs";
      import { task } from "heddle";
      import { louder } from "./lib/louder.mjs";
      import { left } from "left";
      export const shout = task("shout", text => louder(left(text)));
      export const where = task("where", () => import.meta.url);
      export const fails = task("fails", () => { throw new TypeError("as asked"); });
      export const twice = task("twice", async text => (await shout.submit(text)) + (await shout.submit(text)));
      export const length = task("length", place => readFileSync(place, "utf8").length);
    `,
    "lib/louder.mjs": 'export const louder = text => text.toUpperCase() + "!";',
    "node_modules/left/package.json": '{ "name": "left", "version": "1.0.0", "main": "index.cjs" }',
    "node_modules/left/index.cjs": 'exports.left = text => "> " + text;',
  };

  test("a worker with --bundles asks for code; two versions are at work at once", async () => {
    const queue = newQueue();
    const folder = machines.project(coded);
    const other = machines.project({ ...coded, "lib/louder.mjs": 'export const louder = text => text + "?";' });
    const said = await worker("/", ["--bundles", "-o", queue, "--concurrency", "2"], SECRET);
    expect(said()).toContain("what runs send");
    write(folder, { "long.txt": "x".repeat(100) });
    const body = `
      const { shout, where, fails, twice, length } = await import("./tasks.mjs");
      return on(async () => ({
        shouted: await shout.map(["a", "b"]), where: await where.submit(), twice: await twice.submit("c"),
        failed: await tell(fails.submit()),
      }));`;
    const [first, second, filed] = await Promise.all([
      script(folder, queue, body, SECRET),
      script(other, queue, body, SECRET),
      script(
        folder,
        queue,
        'const { length } = await import("./tasks.mjs"); return on(() => length.submit(file("long.txt")));',
        SECRET,
      ),
    ]);
    expect(first.answer).toEqual({
      shouted: ["> A!", "> B!"],
      where: expect.stringContaining(machines.shelf),
      twice: "> C!> C!",
      failed: "TypeError: as asked",
    });
    expect(second.answer).toMatchObject({ shouted: ["> a?", "> b?"], twice: "> c?> c?" });
    expect(filed.answer).toBe(100);
  });

  test("without a secret there are no bundles, and a run with none or another one is refused", async () => {
    const queue = newQueue();
    const folder = machines.project(coded);
    await expect(worker("/", ["--bundles", "-o", queue])).rejects.toThrow("--bundles needs HEDDLE_SECRET");
    await expect(worker("/", ["--bundles", "-o", "/tmp"], SECRET)).rejects.toThrow("for queues in Redis");
    await expect(worker("/", ["-o", queue])).rejects.toThrow("No module is named");
    const said = await worker("/", ["--bundles", "-o", queue], SECRET);
    const { answer } = await script(
      folder,
      queue,
      'const { shout } = await import("./tasks.mjs"); return tell(on(() => shout.submit("a")));',
      { HEDDLE_SECRET: "of others" },
    );
    expect(answer).toMatch(/^UntrustedError: /);
    await expect.poll(said).toMatch(/shout \S+ \d+ ms failed: UntrustedError: /);
  });

  test("a list of code that the run has not signed is none, and its own counts", async () => {
    const queue = newQueue();
    const folder = machines.project(coded);
    await worker("/", ["--bundles", "-o", queue], SECRET);
    vi.stubEnv("HEDDLE_SECRET", SECRET.HEDDLE_SECRET);
    const opened = (await openQueue(queue)) as RedisQueue;
    const run = "forger";
    const { connection } = opened;
    const answers: Promise<unknown>[] = [];
    const ended = new Promise<Buffer>(resolve => {
      void opened.listenTo(run, message => {
        const said = saidIn(message)!;
        if ("ends" in said) for (const [, bytes] of said.ends) resolve(bytes);
        else {
          const list = JSON.stringify({ entry: "/evil.mjs", files: [], links: [], native: null });
          const forged = asBuffer(bytesOf([GIVEN, "manifest", list]));
          const own = signedAnswer(said.number, bytesOf([GIVEN, "refused", "as asked"]));
          for (const bytes of [forged, asBuffer(own)]) {
            answers.push(connection.act("answerCall", [run, said.number, said.from, 60, bytes]));
          }
        }
      });
    });
    await connection.use(client => client.set(`${connection.keys}run:${run}`, "1", "PX", 60_000));
    const module = pathToFileURL(path.join(folder, "tasks.mjs")).href;
    const task = { identity: "woven/tasks.mjs#shout", name: "shout", module, where: "", inside: null };
    const pack = (wire: unknown[]) => writeInputs([], [], wire, false);
    const call = { id: 1, attempt: 1, timeout: 0, dir: null, task, pack } as unknown as Dispatch;
    const inputs = seal(call, { runId: run, dirs: folder });
    const options = { run, count: 1 };
    await opened.add(
      signedJob(await job({ id: "j1", task: callOf(task.identity, true), name: "shout", options, inputs })),
    );
    const reports = new CallReports({ started: () => {} } as unknown as Host, 1, 1);
    readReports(readFrame(callOutcome("j1", 0, "what came of it", await ended).subarray(1), "a worker"), reports);
    await Promise.all(answers);
    await closeQueues();
    vi.unstubAllEnvs();
    expect(reports.attempt?.error?.message).toMatch(/could not be sent: .*as asked/i);
  });
}
