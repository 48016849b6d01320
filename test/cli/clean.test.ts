import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { cleanTargets } from "../../src/cli/build/clean.ts";
import { type TargetProject, targetProject } from "./targets.ts";

const FILES = {
  "data/raw.csv": "abc",
  "my.target.mjs": `
    const clean = target("clean", { inputs: { raw: file("data/raw.csv") }, outputs: { a: file("bld/a"), b: file("bld/deep/b") }, tags: ["quick"] }, copy);
    target("pages", { inputs: { a: clean.outputs.a }, outputs: { site: dir("out/site") } }, ({ a }, { site }) => {
      mkdirSync(site + "/sub", { recursive: true });
      for (const name of ["index", "sub/page"]) writeFileSync(site + "/" + name, readFileSync(a));
    });
    export const part = target("part", k => ({ inputs: { k }, outputs: { o: file(\`parts/\${k}\`) } }), copy);
    target("split", { inputs: { ks: file("data/ks") } }, ({ ks }) => readFileSync(ks, "utf8").split(" ").map(k => part(k)));
  `,
  "data/ks": "x y",
};

async function built(files: Readonly<Record<string, string>> = FILES): Promise<TargetProject> {
  const project = targetProject(files);
  expect(await project.heddle("build")).toMatchObject({ code: 0 });
  return project;
}

const ALL = ["bld/a", "bld/deep/b", "out/site/index", "out/site/sub/page", "parts/x", "parts/y"];
const there = ({ has }: TargetProject) => ALL.filter(has);

test("all that was built goes, and folders that are empty then", async () => {
  const project = await built();
  const { code, out } = await project.heddle("clean", "--yes");
  expect(code).toBe(0);
  expect(out).toMatch(/^bld\/a +3 B {2}clean$/m);
  expect(out).toMatch(/^out\/site\/ +6 B {2}pages$/m);
  expect(out).toMatch(/\n6 files, 14 B, deleted\n$/);
  expect(["bld", "out", "parts"].filter(project.has)).toEqual([]);
  expect(project.has("data/raw.csv")).toBe(true);
  expect((await project.heddle("clean", "--yes")).out).toBe("Nothing that a build has made is there.\n");
  expect(await project.heddle("build")).toMatchObject({ code: 0 });
  expect(there(project)).toEqual(ALL);
});

test.each([
  [["clean"], ["bld/a", "bld/deep/b"]],
  [
    ["--tag", "quick"],
    ["bld/a", "bld/deep/b"],
  ],
  [["out/site"], ["out/site/index", "out/site/sub/page"]],
  [["-k", 'part("x")'], ["parts/x"]],
  [["part"], ["parts/x", "parts/y"]],
])("of %j only what was named", async (words, gone) => {
  const project = await built();
  await project.heddle("clean", "--yes", ...words);
  expect(there(project)).toEqual(ALL.filter(file => !gone.includes(file)));
});

describe("it asks", () => {
  async function answered(
    project: TargetProject,
    answer: boolean | null,
    meanwhile: () => void = () => {},
  ): Promise<string[]> {
    const asked: string[] = [];
    const before = process.cwd();
    process.chdir(project.folder);
    try {
      await cleanTargets([], { json: false }, async question => {
        asked.push(question);
        meanwhile();
        return answer;
      });
    } finally {
      process.chdir(before);
    }
    return asked;
  }

  test.each([true, false])("and does as it is told: %s", async answer => {
    const project = await built();
    expect(await answered(project, answer)).toEqual(["Delete 6 files, 14 B? [y/N] "]);
    expect(there(project)).toEqual(answer ? [] : ALL);
  });

  test("and looks again when that was answered", async () => {
    const project = await built();
    await answered(project, true, () => project.write({ "bld/a": "mine", "out/site/notes": "mine" }));
    expect(there(project)).toEqual(["bld/a", "out/site/index", "out/site/sub/page"]);
    expect((await project.heddle("clean", "--yes")).out).toMatch(/\n\nNothing was deleted\.\n$/);
  });

  test("or says what to add where nobody can be asked", async () => {
    const project = await built();
    for (const words of [[], ["--json"]]) {
      const { code, err } = await project.heddle("clean", ...words);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/6 files, 14 B would be deleted\n.*--yes/) });
    }
    expect(there(project)).toEqual(ALL);
  });

  test("not, where it only says what it would do", async () => {
    const project = await built();
    expect((await project.heddle("clean", "--dry-run")).out).toMatch(/\n6 files, 14 B would be deleted\n$/);
    expect(there(project)).toEqual(ALL);
  });
});

describe("it keeps what is not the build's", () => {
  test("what was edited since, and folders to which something was added", async () => {
    const project = await built();
    project.write({ "bld/a": "mine", "out/site/notes": "mine" });
    const { out } = await project.heddle("clean", "--yes");
    expect(out).toMatch(/^bld\/a .*kept: it is not as the build made it$/m);
    expect(out).toMatch(/^out\/site\/ .*kept: it is not as the build made it$/m);
    expect(there(project)).toEqual(["bld/a", "out/site/index", "out/site/sub/page"]);
    expect(project.has("out/site/notes")).toBe(true);
  });

  test("what was accepted and not built", async () => {
    const project = await built();
    project.write({ "bld/a": "mine" });
    await project.heddle("accept", "clean");
    expect((await project.heddle("clean", "--yes")).out).toMatch(/^bld\/a .*kept: it was accepted, and not built$/m);
    expect(project.read("bld/a")).toBe("mine");
  });

  test("links, and what lies behind them", async () => {
    const project = await built();
    const at = (file: string) => path.join(project.folder, file);
    renameSync(at("bld/a"), at("elsewhere"));
    symlinkSync(at("elsewhere"), at("bld/a"));
    renameSync(at("parts"), at("other"));
    symlinkSync(at("other"), at("parts"));
    const { out } = await project.heddle("clean", "--yes");
    expect(out.match(/kept: it is a link, or behind one/g)).toHaveLength(3);
    expect(["elsewhere", "other/x", "other/y"].every(project.has)).toBe(true);
  });

  test("folders in which a link lies, wherever it leads", async () => {
    const project = await built();
    symlinkSync("nowhere", path.join(project.folder, "out/site/link"));
    const { out } = await project.heddle("clean", "--yes", "out/site");
    expect(out).toMatch(/^out\/site\/ .*kept: it is a link, or behind one$/m);
    expect(there(project)).toEqual(ALL);
  });

  test("what git tracks, in whichever repository it lies", async () => {
    const project = await built();
    const git = (folder: string, ...words: string[]) =>
      execFileSync("git", ["-C", path.join(project.folder, folder), ...words], { stdio: "ignore" });
    git(".", "init");
    git(".", "add", "-f", "bld/a", "out/site/index");
    git("parts", "init");
    git("parts", "add", "-f", "y");
    const { out } = await project.heddle("clean", "--yes", "--json");
    const { outputs, kept } = JSON.parse(out);
    expect(outputs.map((each: { path: string }) => each.path).sort()).toEqual(["bld/deep/b", "parts/x"]);
    expect(kept.map((each: { path: string; why: string }) => `${each.path} ${each.why}`).sort()).toEqual([
      "bld/a tracked",
      "out/site tracked",
      "parts/y tracked",
    ]);
    expect(there(project)).toEqual(["bld/a", "out/site/index", "out/site/sub/page", "parts/y"]);
  });

  test("everything, where git does not say what it tracks", async () => {
    const project = await built();
    mkdirSync(path.join(project.folder, ".git"));
    writeFileSync(path.join(project.folder, ".git/HEAD"), "nonsense");
    expect(await project.heddle("clean", "--yes")).toMatchObject({
      code: 2,
      err: expect.stringContaining("It cannot be told which files git tracks in"),
    });
    expect(there(project)).toEqual(ALL);
  });
});

describe("what targets have left that are gone", () => {
  async function withOrphan(): Promise<TargetProject> {
    const project = await built();
    project.write({ "data/ks": "x" });
    const { err } = await project.heddle("build");
    expect(err).toContain("parts/y is of a target that is gone: heddle clean --orphans deletes what they left");
    return project;
  }

  test("is offered alone", async () => {
    const project = await withOrphan();
    const { out } = await project.heddle("clean", "--orphans", "--yes");
    expect(out).toMatch(/^parts\/y +1 B {2}part\("y"\), which is gone$/m);
    expect(there(project)).toEqual(ALL.filter(file => file !== "parts/y"));
    expect((await project.heddle("clean", "--orphans", "--yes")).out).toMatch(/^Nothing/);
    expect((await project.heddle("build")).err).not.toContain("gone");
  });

  test("is still known where a part of it was kept", async () => {
    const project = await built({
      "my.target.mjs": FILES["my.target.mjs"].replace(
        /o: file\(`parts.*?`\)/,
        `o: file(\`parts/\${k}\`), more: file(\`parts/\${k}.more\`)`,
      ),
      "data/raw.csv": "abc",
      "data/ks": "x y",
    });
    project.write({ "data/ks": "x" });
    await project.heddle("build");
    project.write({ "parts/y": "mine" });
    expect((await project.heddle("clean", "--orphans", "--yes")).out).toMatch(/^parts\/y\.more .*gone$/m);
    project.write({ "parts/y": "y" });
    expect((await project.heddle("clean", "--orphans", "--yes")).out).toMatch(
      /^parts\/y +1 B {2}part\("y"\), which is gone$/m,
    );
    expect([project.has("parts/y"), project.has("parts/y.more"), project.has("parts/x")]).toEqual([false, false, true]);
  });

  test("is offered by its name, and with everything", async () => {
    const named = await withOrphan();
    await named.heddle("clean", 'part("y")', "--yes");
    expect(there(named)).toEqual(ALL.filter(file => file !== "parts/y"));
    const all = await withOrphan();
    await all.heddle("clean", "--yes");
    expect(there(all)).toEqual([]);
  });

  test("is not what others have been returned by a target that is to run again", async () => {
    const project = await built();
    project.write({ "data/ks": "z" });
    expect((await project.heddle("clean", "--orphans", "--yes")).out).toMatch(/^Nothing/);
    expect(there(project)).toEqual(ALL);
  });
});
