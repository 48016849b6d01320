/** The commands about targets, as users see them. */
import { describe, expect, test } from "vitest";
import { targetProject } from "./targets.ts";

const CHAIN = {
  "data/raw.csv": "a",
  "my.target.mjs": `
    export const clean = target("clean", { inputs: { raw: file("data/raw.csv") }, outputs: { o: file("bld/clean") }, tags: ["quick"] }, copy);
    export const part = target("part", k => ({ inputs: { c: clean.outputs.o, k }, outputs: { o: file(\`bld/\${k}\`) }, tags: ["art"] }), copy);
    export const all = target("all", { inputs: { a: part(1).outputs.o, b: part(2).outputs.o }, outputs: { o: file("bld/all") } }, copy);
  `,
};

describe("what is built is chosen", () => {
  test.each([
    [
      ["-k", "part(1)"],
      ["clean", "part(1)"],
    ],
    [["-k", "not all and not part"], ["clean"]],
    [
      ["-k", "(part or all) and not 2"],
      ["clean", "part(1)", "part(2)", "all"],
    ],
    [
      ["--tag", "art", "-k", "2"],
      ["clean", "part(2)"],
    ],
    [
      ["--tag", "art", "--tag", "quick"],
      ["clean", "part(1)", "part(2)"],
    ],
    [["part"], ["clean", "part(1)", "part(2)"]],
    [["bld/2"], ["clean", "part(2)"]],
    [["my.target.mjs"], ["clean", "part(1)", "part(2)", "all"]],
  ] as const)("%j, with ancestors", async (words, names) => {
    const { heddle } = targetProject(CHAIN);
    const { code, out } = await heddle("build", "--dry-run", "--json", ...words);
    expect(code).toBe(0);
    expect(JSON.parse(out).targets.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  test.each([
    [["-k", "clean and and"], 'at column 11, a name is missing behind "and"\n    clean and and\n              ^'],
    [["-k", "a and ("], "at column 8, "],
    [["nope"], 'There is no target "nope"'],
    [["prt(1)"], "Did you mean part(1)?"],
    [["-k", "nope"], "No target is chosen by the expression"],
    [["--tag", "nope"], "No target is chosen by the tag nope"],
    [["--force", "nope"], 'There is no target "nope"'],
    [["--max-failures", "0"], "--max-failures 0 is not a number of failures"],
    [["--runner", "nope"], "nope"],
  ])("%j is an error of exit 2, and nothing is built", async (words, message) => {
    const { heddle, has } = targetProject(CHAIN);
    const { code, err } = await heddle("build", ...words);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
    expect(has("bld")).toBe(false);
  });

  test("a project without targets has nothing to build", async () => {
    const { heddle } = targetProject({});
    expect(await heddle("build")).toMatchObject({ code: 2, err: expect.stringContaining("There are no targets") });
  });
});

test("a dry run says what would be built and why, and builds nothing", async () => {
  const { heddle, has, write, read } = targetProject(CHAIN);
  const first = await heddle("build", "--dry-run", "-n", "2");
  expect(first.out.split("\n")).toEqual([
    "▸ clean    would run  it was never built",
    "▸ part(1)  would run  it was never built; it needs clean",
    "▸ part(2)  would run  it was never built; it needs clean",
    "▸ all      would run  it was never built; it needs part(1), part(2)",
    "",
    "4 targets: 4 would run",
    "",
  ]);
  expect(has("bld")).toBe(false);
  expect((await heddle("build")).code).toBe(0);
  expect((await heddle("build", "--dry-run")).out).toBe("4 targets: 4 fresh, nothing would run\n");
  write({ "data/raw.csv": "b" });
  const then = await heddle("build", "--dry-run", "-n", "2", "part(1)");
  expect(then.out.split("\n")).toEqual([
    "▸ clean    would run  the input data/raw.csv has changed",
    "▸ part(1)  would run  it needs clean; not if that gives what it gave before",
    "",
    "2 targets: 2 would run",
    "",
  ]);
  expect(read("bld/all")).toBe("a1a2");
  const forced = JSON.parse((await heddle("build", "--dry-run", "--json", "--force", "part")).out);
  expect(forced.counts).toEqual({ run: 3, mayRun: 1 });
  expect(forced.targets[1]).toMatchObject({ name: "part(1)", state: "run", said: ["forced", "it needs clean"] });
});

test("what returned others, and is fresh, is planned with them", async () => {
  const { heddle } = targetProject({
    "my.target.mjs": `
      export const part = target("part", k => ({ inputs: { k }, outputs: { o: file(\`bld/\${k}\`) } }), copy);
      export const split = target("split", { inputs: { n: 2 } }, ({ n }) => Array.from({ length: n }, (_, k) => part(k)));
    `,
  });
  const names = async () =>
    JSON.parse((await heddle("build", "--dry-run", "--json")).out).targets.map(
      ({ name, state }: { name: string; state: string }) => `${name} ${state}`,
    );
  expect(await names()).toEqual(["split run"]);
  expect((await heddle("build")).code).toBe(0);
  expect(await names()).toEqual(["split fresh", "part(0) fresh", "part(1) fresh"]);
});

const FAILING = {
  "my.target.mjs": `
    const fails = name => target(name, { outputs: { o: file("bld/" + name) } }, () => {
      process.stdout.write("from " + name + "\\n");
      process.stderr.write("to err of " + name + "\\n");
      throw new Error(name + " is wrong");
    });
    fails("a");
    export const b = fails("b");
    target("after", { inputs: { b: b.outputs.o }, outputs: { o: file("bld/after") } }, copy);
    target("other", { outputs: { o: file("bld/other") } }, copy);
  `,
};

describe("failures", () => {
  test("independent targets go on, and each failure has its own output and how to repeat it", async () => {
    const { heddle, has } = targetProject(FAILING);
    const { code, err, out } = await heddle("build");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    for (const name of ["a", "b"]) {
      const lines = [
        `✗ ${name} failed after \\S+ ms on inline`,
        `  Error: ${name} is wrong`,
        "    at my.target.mjs:.*",
        "(?:    at .*\n)*",
        `  out │ from ${name}`,
        `  err │ to err of ${name}`,
        `  again: heddle build ${name}`,
      ];
      expect(err).toMatch(new RegExp(lines.join("\n").replaceAll(")*\n", ")*")));
    }
    expect(err).toMatch(/✗ build failed after .* · 4 targets, 2 failed\n/);
    expect(err).not.toMatch(/BuildFailedError/);
    expect(has("bld/other")).toBe(true);
  });

  test("the command that is given repeats just one", async () => {
    const { heddle } = targetProject(FAILING);
    await heddle("build");
    const { code, err } = await heddle("build", "b");
    expect(code).toBe(1);
    expect(err).toMatch(/· 1 target, 1 failed\n/);
  });

  test.each([
    ["no", []],
    ["stdout", ["out"]],
    ["stderr", ["err"]],
    ["all", ["out", "err"]],
  ] as const)("--show-capture %s", async (what, shown) => {
    const { heddle } = targetProject(FAILING);
    const { err } = await heddle("build", "a", "--show-capture", what);
    expect(["out", "err"].filter(stream => err.includes(`  ${stream} │ `))).toEqual(shown);
  });

  test.each([
    [["--max-failures", "1"], { failed: 1, cancelled: 2, upstreamFailed: 1 }],
    [["--stop"], { failed: 1, cancelled: 2, upstreamFailed: 1 }],
    [["--max-failures", "2"], { failed: 2 }],
  ] as const)("%j: nothing new begins then, and what ran is reported", async (words, counts) => {
    const { heddle } = targetProject(FAILING);
    const { code, out } = await heddle("build", "--json", "-n", "1", "--runner", "inline", ...words);
    const { value, exitCode } = JSON.parse(out.trimEnd().split("\n").at(-1)!);
    expect({ code, exitCode }).toEqual({ code: 1, exitCode: 1 });
    expect(value.counts).toMatchObject(counts);
    expect(value.targets).toHaveLength(4);
  });

  test("JSON has events, and the report as its last line", async () => {
    const { heddle } = targetProject(FAILING);
    const { out } = await heddle("build", "--json");
    const lines = out
      .trimEnd()
      .split("\n")
      .map(line => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: "runStarted", flow: "build" });
    expect(lines.at(-1)).toMatchObject({
      type: "result",
      ok: false,
      value: {
        counts: { failed: 2, upstreamFailed: 1, completed: 1 },
        targets: expect.arrayContaining([
          expect.objectContaining({
            name: "a",
            state: "failed",
            error: expect.objectContaining({ message: "a is wrong" }),
          }),
          expect.objectContaining({ name: "after", state: "upstreamFailed" }),
          expect.objectContaining({ name: "other", state: "completed", said: ["it was never built"] }),
        ]),
      },
    });
  });
});

test("--explain says of each target that is built why", async () => {
  const { heddle, write } = targetProject(CHAIN);
  expect((await heddle("build", "--explain")).err).toMatch(
    /▸ clean: it was never built\n(.|\n)*▸ all: it was never built\n/,
  );
  expect((await heddle("build", "--explain")).err).not.toMatch(/▸/);
  write({ "data/raw.csv": "b" });
  expect((await heddle("build", "--explain", "clean")).err).toMatch(/▸ clean: the input data\/raw.csv has changed\n/);
});

test("what is left out by choice, with why, and what depends on it", async () => {
  const { heddle } = targetProject({
    "my.target.mjs": `
      export const a = target("a", { outputs: { o: file("bld/a") }, skip: "no network" }, copy);
      target("b", { inputs: { a: a.outputs.o }, outputs: { o: file("bld/b") } }, copy);
      target("c", { outputs: { o: file("bld/c") }, skipIf: () => "not today" }, copy);
    `,
  });
  const { code, err } = await heddle("build");
  expect(code).toBe(0);
  expect(err).toMatch(/· a skipped: no network\n/);
  expect(err).toMatch(/· b skipped: a is left out\n/);
  expect(err).toMatch(/· c skipped: not today\n/);
  expect(err).toMatch(/3 targets: 3 skipped\n/);
  const dry = await heddle("build", "--dry-run");
  expect(dry.out).toMatch(
    /^· a {2}skipped {2}no network\n· c {2}skipped {2}not today\n· b {2}skipped {2}a is left out\n/,
  );
});

describe("what is wrong with the graph is told before anything runs, with exit 4", () => {
  test.each([
    [
      "two makers",
      `target("a", { outputs: { o: file("x") } }, copy); target("b", { outputs: { o: file("./x") } }, copy);`,
      /x is an output of both a \(my\.target\.mjs:\d+:\d+\) and b \(my/,
    ],
    [
      "a cycle",
      `target("a", { inputs: { i: file("x") }, outputs: { o: file("y") } }, copy); target("b", { inputs: { i: file("y") }, outputs: { o: file("x") } }, copy);`,
      /circle: (a reads x, which b makes; b reads y, which a makes|b reads y.*)/,
    ],
    [
      "a missing input",
      `target("a", { inputs: { i: file("nothing.csv") }, outputs: { o: file("y") } }, copy);`,
      /a reads nothing\.csv, which is not there/,
    ],
    [
      "an output that is a folder",
      `target("a", { outputs: { o: file("data") } }, copy);`,
      /The output data of a is a folder/,
    ],
    ["an output outside", `target("a", { outputs: { o: file("../x") } }, copy);`, /lies outside the project/],
  ])("%s", async (_, module, message) => {
    const { heddle, has } = targetProject({ "data/raw.csv": "a", "my.target.mjs": module });
    const { code, err } = await heddle("build");
    expect({ code, err }).toEqual({ code: 4, err: expect.stringMatching(message) });
    expect(has("y")).toBe(false);
  });
});

describe("the config has every option", () => {
  const config = (build: object) => ({ "heddle.config.mjs": `export default { build: ${JSON.stringify(build)} };` });
  test.each<[object, string[], unknown]>([
    [{ match: "part(1)" }, ["--dry-run", "--json"], { run: 2 }],
    [{ tags: ["quick"], dryRun: true, json: true }, [], { run: 1 }],
    [{ match: "part(1)", dryRun: true }, ["-k", "all", "--json"], { run: 4 }],
    [{ force: ["clean"], json: true, dryRun: true }, [], { run: 4 }],
  ])("%j", async (build, words, counts) => {
    const { heddle } = targetProject({ ...CHAIN, ...config(build) });
    expect(JSON.parse((await heddle("build", ...words)).out).counts).toEqual(counts);
  });

  test("a misspelt expression there is told as such", async () => {
    const { heddle } = targetProject({ ...CHAIN, ...config({ match: "a or" }) });
    expect(await heddle("build")).toMatchObject({ code: 2, err: expect.stringContaining("build.match: at column 5") });
  });

  test("the command line takes back what it says, and asks for another display", async () => {
    const { heddle, has } = targetProject({
      ...CHAIN,
      ...config({ dryRun: true, explain: true, watch: true, force: true, json: true }),
    });
    const planned = await heddle("build", "--reporter", "plain");
    expect(planned.out).toContain("4 targets: 4 would run");
    expect(has("bld")).toBe(false);
    const { code, out, err } = await heddle(
      "build",
      "--no-dry-run",
      "--no-watch",
      "--no-explain",
      "--reporter",
      "plain",
    );
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).not.toContain("▸");
    const words = ["--no-dry-run", "--no-watch", "--explain", "--no-force", "--reporter", "plain"];
    expect((await heddle("build", ...words)).err).toContain("4 targets, all fresh");
  });

  test.each([
    ["build: { workers: 2 }", 'unknown key "build.workers"\n  It stands beside build, not in it: { workers: … }'],
    ["match: 'a'", 'unknown key "match"\n  It stands in build: { build: { match: … } }'],
    ["build: { tgas: ['a'] }", 'unknown key "build.tgas"\n  Did you mean tags?'],
    ["build: { maxFailures: 0 }", '"build.maxFailures" is 0\n  It should be a whole number of at least 1.'],
  ])("%s is refused", async (text, message) => {
    const { heddle } = targetProject({ ...CHAIN, "heddle.config.mjs": `export default { ${text} };` });
    expect(await heddle("build")).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  test("folders and modules in which targets are looked for, and outputs outside", async () => {
    const files = {
      "in/a.target.mjs": `target("a", { outputs: { o: file("../beside-" + process.pid) } }, copy);`,
      "out/b.target.mjs": `target("b", { outputs: { o: file("bld/b") } }, copy);`,
    };
    const refused = targetProject({ ...files, ...config({ paths: ["in"] }) });
    expect(await refused.heddle("build")).toMatchObject({ code: 4, err: expect.stringMatching(/outside the project/) });
    const { heddle, has, remove } = targetProject({ ...files, ...config({ paths: ["in"], outside: true }) });
    expect(await heddle("build")).toMatchObject({ code: 0, err: expect.stringMatching(/· 1 target\n/) });
    expect(has(`../beside-${process.pid}`)).toBe(true);
    remove(`../beside-${process.pid}`);
  });

  test("failures", async () => {
    const { heddle } = targetProject({ ...FAILING, ...config({ stop: true }) });
    const { out } = await heddle("build", "--json", "-n", "1", "--runner", "inline");
    expect(JSON.parse(out.trimEnd().split("\n").at(-1)!).value.counts).toMatchObject({ failed: 1 });
  });
});

describe("runners by name", () => {
  const config = {
    "heddle.config.mjs": `
      import { defineRunner } from "heddle";
      import { execute } from "heddle/worker";
      export default { runners: {
        mine: () => defineRunner({ name: "mine", workers: 2, run: (bytes, { signal }) => execute(bytes, { signal }) }),
        broken: () => { throw new Error("no such farm"); },
      } };
    `,
  };

  test("one from the config is used", async () => {
    const { heddle, read } = targetProject({ ...CHAIN, ...config });
    const { code, out } = await heddle("build", "--runner", "mine", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out.split("\n")[0]!)).toMatchObject({ type: "runStarted", runner: "mine" });
    expect(read("bld/all")).toBe("a1a2");
  });

  test.each([
    ["nope", /inline, threads, processes.*mine, broken/],
    ["broken", /the runner "broken" could not be made: Error: no such farm/],
  ])("%s is an error of exit 2, and nothing is built", async (name, message) => {
    const { heddle, has } = targetProject({ ...CHAIN, ...config });
    const { code, err } = await heddle("build", "--runner", name);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(message) });
    expect(has("bld")).toBe(false);
  });
});
