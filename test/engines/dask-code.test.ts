/** Dask workers on machines that do not have the code: a cluster that sees another folder in the place of that of the projects. */
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { type DaskCluster, newest, startDask } from "./dask.ts";
import { runNode, TwoMachines, write } from "./hidden.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const machines = new TwoMachines();
const { home, there, shelf } = machines;
writeFileSync(path.join(home, "seen.txt"), "seen by all");
afterAll(() => machines.remove());

const python = await newest();
const program = typeof python === "string" ? "" : python.program;
const problem = typeof python === "string" ? python : await machines.problem();

/** The cluster does not see the projects, nor what is written there. */
async function hiddenCluster(): Promise<DaskCluster> {
  const wrapper = path.join(home, "python");
  writeFileSync(wrapper, `#!/bin/sh\nexec unshare -m sh -c '${machines.shellWords} ${program} "$@"' sh "$@"\n`);
  chmodSync(wrapper, 0o755);
  return startDask(wrapper, 1);
}

let count = 0;

const project = (files: Readonly<Record<string, string>>) => machines.project(files);

if (problem !== null) test.skip(`code that is sent: ${problem}`);
else {
  const cluster = await hiddenCluster();
  afterAll(() => cluster.stop());
  suite(cluster);
}

function suite(cluster: DaskCluster): void {
  /** Runs a script in which `on` runs something on the cluster; gives what it printed, as JSON, and its warnings. */
  async function script(
    folder: string,
    body: string,
    more: Readonly<Record<string, unknown>> = {},
    loader: string[] = [],
  ) {
    const options = { address: cluster.address, python: program, env: { HEDDLE_CODE: shelf }, ...more };
    const name = `main-${count++}.mjs`;
    write(folder, {
      [name]: `
        import { dask, file, run } from "heddle";
        import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
        const runner = dask(${JSON.stringify(options)});
        const on = body => run({ runner }, body);
        const tell = promise => promise.then(value => value, ({ name, message }) => name + ": " + message);
        const answer = await (async () => { ${body} })();
        process.stdout.write(JSON.stringify(answer));
      `,
    });
    const { code, stdout, stderr } = await runNode(folder, [...loader, name]);
    if (code !== 0) throw new Error(stderr);
    return { answer: JSON.parse(stdout) as unknown, stderr };
  }

  const files = {
    "src/tasks.mjs": `
      import { readFileSync } from "node:fs";
      import { task, context } from "heddle";
      import { louder } from "./lib/louder.mjs";
      import { left } from "left";
      export const shout = task("shout", text => louder(left(text)));
      export const asset = task("asset", () => readFileSync(new URL("./words.txt", import.meta.url), "utf8"));
      export const late = task("late", async () => (await import("./lib/late.mjs")).value);
      export const where = task("where", () => import.meta.url);
      export const fails = task("fails", () => { throw new TypeError("as asked"); });
      // Its value comes by itself, and nothing else is under way then.
      export const long = task("long", () => "-".repeat(100_000));
      export const identity = shout.identity;
    `,
    "src/other.mjs": `
      import { task } from "heddle";
      import { shout } from "./tasks.mjs";
      export const twice = task("twice", async text => (await shout.submit(text)) + (await shout.submit(text)));
    `,
    "src/words.txt": "woven words",
    "src/lib/louder.mjs": 'export const louder = text => text.toUpperCase() + "!";',
    "src/lib/late.mjs": 'export const value = "late";',
    "node_modules/left/package.json":
      '{ "name": "left", "version": "1.0.0", "main": "index.cjs", "dependencies": { "deep": "1" } }',
    "node_modules/left/index.cjs":
      'const name = "./pad.cjs"; exports.left = text => require(name)(require("deep").sign, text);',
    "node_modules/left/pad.cjs": "module.exports = (sign, text) => sign + text;",
    "node_modules/deep/package.json": '{ "name": "deep", "version": "1.0.0", "main": "index.json" }',
    "node_modules/deep/index.json": '{ "sign": "> " }',
  };

  test("what a task imports, of the project and of packages, comes along; assets too", async () => {
    const folder = project(files);
    const { answer, stderr } = await script(
      folder,
      `const { shout, asset, late, where, fails, long } = await import("./src/tasks.mjs");
       const { twice } = await import("./src/other.mjs");
       return on(async () => ({
         shouted: await shout.map(["a", "b"]), asset: await asset.submit(), late: await late.submit(),
         twice: await twice.submit("c"), where: await where.submit(),
         failed: await fails.submit().catch(error => error.stack), long: (await long.submit()).length,
       }));`,
    );
    expect(answer).toEqual({
      shouted: ["> A!", "> B!"],
      asset: "woven words",
      late: "late",
      twice: "> C!> C!",
      where: expect.stringContaining(`${path.join(folder, "src/tasks.mjs")}`),
      long: 100_000,
      failed: expect.stringMatching(/^TypeError: as asked\n.*src\/tasks\.mjs:10:/),
    });
    expect((answer as { where: string }).where).toContain(shelf);
    expect(stderr).toMatch(/tasks\.mjs is not on tcp:.*, or another one: what it needs is sent there/);
    expect(readdirSync(path.join(shelf, "files")).length).toBeGreaterThan(0);
  });

  test("two versions of the code at once", async () => {
    const folders = ["one", "two"].map(word =>
      project({
        "tasks.mjs": `import { task } from "heddle"; export const say = task("say", () => ${JSON.stringify(word)});`,
      }),
    );
    const said = await Promise.all(
      folders.map(folder =>
        script(folder, 'const { say } = await import("./tasks.mjs"); return on(() => say.map([1, 2]));'),
      ),
    );
    expect(said.map(({ answer }) => answer)).toEqual([
      ["one", "one"],
      ["two", "two"],
    ]);
  });

  test("TypeScript", async () => {
    const folder = project({
      "tasks.ts":
        'import { task } from "heddle"; import type { N } from "./n.ts"; import { one } from "./n.ts"; export const add = task("add", (n: N): N => n + one);',
      "n.ts": "export type N = number; export const one: N = 1;",
    });
    const tsx = path.join(ROOT, "node_modules/tsx/dist/loader.mjs");
    const { answer } = await script(
      folder,
      'const { add } = await import("./tasks.ts"); return on(() => add.submit(41));',
      {},
      ["--import", tsx],
    );
    expect(answer).toBe(42);
  });

  test("what is changed while nothing of it is there: the next run has the new code", async () => {
    const text = (word: string) => `import { task } from "heddle"; export const say = task("say", () => "${word}");`;
    const folder = project({ "tasks.mjs": text("before") });
    const body = 'const { say } = await import("./tasks.mjs"); return on(() => say.submit());';
    expect((await script(folder, body)).answer).toBe("before");
    write(folder, { "tasks.mjs": text("after") });
    expect((await script(folder, body, { code: "send" })).answer).toBe("after");
  });

  test("a checkout of its own is used if it is the same, and not if it is another", async () => {
    const files = (word: string) => ({
      "package.json": '{ "name": "woven", "type": "module" }',
      "tasks.mjs":
        'import { task } from "heddle"; import { word } from "./word.mjs"; export const say = task("say", () => [word, import.meta.url]);',
      "word.mjs": `export const word = "${word}";`,
    });
    const body = 'const { say } = await import("./tasks.mjs"); return on(() => say.submit());';
    const folder = project(files("now"));
    const copy = path.join(there, path.basename(folder));
    mkdirSync(path.join(copy, "node_modules"), { recursive: true });
    symlinkSync(ROOT, path.join(copy, "node_modules/heddle"));
    write(copy, files("now"));
    const tasks = pathToFileURL(path.join(folder, "tasks.mjs")).href;
    expect((await script(folder, body)).answer).toEqual(["now", tasks]);
    expect((await script(folder, body, { code: "send" })).answer).toEqual(["now", expect.stringContaining(shelf)]);
    write(copy, files("before"));
    expect((await script(folder, body)).answer).toEqual(["now", expect.stringContaining(shelf)]);
    expect((await script(folder, body, { code: "shared" })).answer).toEqual(["before", tasks]);
  });

  test("code that is not to be sent is not; what cannot be loaded there says why", async () => {
    const folder = project({
      "tasks.mjs": 'import { task } from "heddle"; import "absent"; export const say = task("say", () => 1);',
      "absent.mjs": "",
      "node_modules/absent/package.json":
        '{ "name": "absent", "version": "1.0.0", "exports": "./index.js", "type": "module" }',
      "node_modules/absent/index.js": "",
    });
    const body = 'const { say } = await import("./tasks.mjs"); return tell(on(() => say.submit()));';
    expect((await script(folder, body, { code: "shared" })).answer).toMatch(/^ModuleLoadError: .*Cannot find module/);
    write(folder, { "node_modules/absent/native.node": "" });
    expect((await script(folder, body)).answer).toBe(1);
  });

  const filing = {
    "tasks.mjs": `
      import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
      import { basename, dirname, join } from "node:path";
      import { context, file, task } from "heddle";
      const read = place => [basename(place), readFileSync(place, "utf8"), place];
      export const direct = task("direct", (place, later) => read(place));
      export const nested = task("nested", ({ places: [place] }, n) => [...read(place), n]);
      export const inDir = task("inDir", text => {
        const place = join(context().dir, "sub/out.txt");
        mkdirSync(dirname(place));
        writeFileSync(place, text);
        writeFileSync(join(context().dir, "beside.txt"), "beside");
        return { place: file(place) };
      });
      export const outside = task("outside", (folder, text) => {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "out.txt"), text);
        mkdirSync(join(folder, "more"), { recursive: true });
        writeFileSync(join(folder, "more/out.txt"), "");
        return [file(join(folder, "out.txt")), file(join(folder, "more/out.txt"))];
      });
      export const through = task("through", place => file(place));
    `,
  };

  test("files among inputs are where the task runs, under their names", async () => {
    const folder = project({ ...filing, "data/raw.csv": "1,2,3", "data/other.csv": "1,2,3", "data/empty": "" });
    const { answer } = await script(
      folder,
      `const { direct, nested, through } = await import("./tasks.mjs");
       const places = [file("data/raw.csv")];
       return on(async () => ({
         direct: await direct.submit(file("data/raw.csv")),
         other: await direct.submit(file("data/other.csv")),
         empty: await direct.submit(file("data/empty")),
         nested: await nested.map([{ places }], 2),
         shared: await direct.submit(file(${JSON.stringify(path.join(home, "seen.txt"))})),
         through: await through.submit(file("data/raw.csv")),
         onwards: await direct.submit(through.submit(file("data/other.csv"))),
       }));`,
    );
    const copy = (name: string) => expect.stringMatching(new RegExp(`^${shelf}/inputs/.*/${name}$`));
    expect(answer).toEqual({
      direct: ["raw.csv", "1,2,3", copy("raw.csv")],
      other: ["other.csv", "1,2,3", copy("other.csv")],
      empty: ["empty", "", copy("empty")],
      nested: [["raw.csv", "1,2,3", copy("raw.csv"), 2]],
      shared: ["seen.txt", "seen by all", path.join(home, "seen.txt")],
      through: path.join(folder, "data/raw.csv"),
      onwards: ["other.csv", "1,2,3", copy("other.csv")],
    });
  });

  test("a file that is gone or too large is an error that says so; one that changes is sent as it is", async () => {
    const folder = project({ ...filing, "gone.txt": "1", "large.bin": "", "changing.txt": "before" });
    const { answer } = await script(
      folder,
      `const { direct } = await import("./tasks.mjs");
       truncateSync("large.bin", 2 ** 30 + 1);
       return on(async () => {
         let goOn;
         const later = new Promise(resolve => { goOn = resolve; });
         const gone = tell(direct.submit(file("gone.txt"), later));
         const changing = tell(direct.submit(file("changing.txt"), later));
         rmSync("gone.txt");
         writeFileSync("changing.txt", "afterwards");
         goOn();
         return { gone: await gone, large: await tell(direct.submit(file("large.bin"))), changing: await changing };
       });`,
    );
    expect(answer).toEqual({
      gone: expect.stringMatching(
        /^FileError: An input of direct names .*\/gone\.txt, which is not on this machine, and could not be sent here: it is not there any more/,
      ),
      large: expect.stringMatching(/could not be sent here: it has 1\.07 GB, and more than 1\.07 GB is not sent/),
      changing: ["changing.txt", "afterwards", expect.anything()],
    });
  });

  test("files of results lie in the directory of the call, and are inputs of others", async () => {
    const folder = project(filing);
    const { answer } = await script(
      folder,
      `const { inDir, outside, direct } = await import("./tasks.mjs");
       return on(async () => {
         const inside = await inDir.submit("inside");
         const out = await outside.submit(process.cwd() + "/there", "outside");
         const [next] = await direct.map(await outside.submit(process.cwd() + "/there", "next").then(all => all.slice(0, 1).map(file)));
         return { inside: inside.place, texts: [inside.place, ...out].map(place => readFileSync(place, "utf8")), out, next };
       });`,
    );
    const dirs = path.join(folder, ".heddle/dirs");
    expect(answer).toEqual({
      inside: expect.stringMatching(new RegExp(`^${dirs}/.*/inDir-2-1/sub/out\\.txt$`)),
      texts: ["inside", "outside", ""],
      out: [
        expect.stringMatching(new RegExp(`^${dirs}/.*/outside-3-1/out\\.txt$`)),
        expect.stringMatching(new RegExp(`^${dirs}/.*/outside-3-1/2/out\\.txt$`)),
      ],
      next: ["out.txt", "next", expect.stringContaining(shelf)],
    });
  });

  test("the directory of a cached call comes along with its result, and is kept", async () => {
    const folder = project(filing);
    const body = `
      const { inDir } = await import("./tasks.mjs");
      const kept = inDir.with({ cache: true });
      const { place } = await on(() => kept.submit("kept"));
      return [place, readFileSync(place, "utf8"), readFileSync(place.replace("sub/out", "beside"), "utf8")];`;
    const { answer: first, stderr } = await script(folder, body);
    expect(first).toEqual([expect.stringContaining(path.join(folder, ".heddle")), "kept", "beside"]);
    expect(stderr).not.toContain("cannot be read");
    expect((await script(folder, body)).answer).toEqual(first);
  });
}
