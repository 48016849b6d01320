import { expect, test } from "vitest";
import { targetProject } from "./targets.ts";

const FILES = {
  "data/raw.csv": "abc",
  "my.target.mjs": `
    const clean = target("clean", { inputs: { raw: file("data/raw.csv") }, outputs: { o: file("bld/clean") } }, copy);
    target("slow", { inputs: { c: clean.outputs.o }, outputs: { o: file("bld/slow"), p: dir("bld/pages") } }, async ({ c }, { o, p }) => {
      const until = performance.now() + 50;
      while (performance.now() < until) {}
      writeFileSync(o, readFileSync(c));
      writeFileSync(p + "/one", "12345");
    });
    target("bad", { outputs: { o: file("bld/bad") } }, () => { throw new Error("no"); });
    target("off", { outputs: { o: file("bld/off") }, skip: true }, copy);
  `,
};

interface Row {
  readonly name: string;
  readonly ms: number | null;
  readonly waited: number | null;
}

test("the time of targets, their waiting apart, and the size of their outputs", async () => {
  const { heddle } = targetProject(FILES);
  expect((await heddle("profile")).out).toBe("Nothing was built yet.\n");
  await heddle("build");
  const { code, out } = await heddle("profile", "--json");
  expect(code).toBe(0);
  const { run, ms, runner, targets } = JSON.parse(out);
  expect({ run, ms, runner }).toEqual({
    run: expect.stringMatching(/^\d+-/),
    ms: expect.any(Number),
    runner: "inline",
  });
  const slow = targets.find(({ name }: Row) => name === "slow");
  expect(slow).toMatchObject({ state: "completed", size: 8, executed: true });
  expect(slow.ms).toBeGreaterThanOrEqual(50);
  const states = Object.fromEntries(targets.map(({ name, state }: { name: string; state: string }) => [name, state]));
  expect(states).toEqual({ slow: "completed", clean: "completed", bad: "failed", off: "skipped" });
  for (const { waited } of targets.slice(0, 3)) expect(waited).toBeGreaterThanOrEqual(0);
  expect(targets.find(({ name }: Row) => name === "off")).toMatchObject({ ms: null, waited: null });
});

test("what did not run in a build has the time of an earlier one", async () => {
  const { heddle } = targetProject(FILES);
  await heddle("build");
  await heddle("build", "clean", "slow");
  const { out } = await heddle("profile", "-k", "slow or clean");
  expect(out).toMatch(/^slow +fresh +\(\d.*\) +8 B$/m);
  expect(out).toMatch(
    /\nBuild \S+ took .*: 0 targets ran, 0 ms together; outputs 11 B\nTimes in brackets are of earlier builds\.\n$/,
  );
});

test("of a build that is named, or of none that was logged", async () => {
  const { heddle } = targetProject(FILES);
  await heddle("build", "--no-log");
  expect((await heddle("profile", "clean")).out).toMatch(/1 target, 3 B; no build was logged\n$/);
  await heddle("build", "--force", "--json", "clean");
  const { run } = JSON.parse((await heddle("profile", "--json")).out);
  expect(JSON.parse((await heddle("profile", "--json", "--run", run.slice(-6))).out).run).toBe(run);
  expect(await heddle("profile", "--run", "nope")).toMatchObject({
    code: 2,
    err: expect.stringContaining("There is no run nope"),
  });
});
