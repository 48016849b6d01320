/** Graphs that do not fit together: what is said of them, and that they can be looked at. */
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { project } from "./rig.ts";
import { IMPORTS } from "./targets.ts";

/** As users see it, with the lines of their modules. */
function targetProject({ "my.target.mjs": module, ...files }: Readonly<Record<string, string>>) {
  const made = project({ ...files, "my.target.mjs": IMPORTS + module });
  const heddle = async (...words: string[]) => {
    const { code, stdout: out, stderr: err } = await made.heddle(...words);
    return { code, out, err };
  };
  return { heddle, has: (file: string) => existsSync(path.join(made.folder, file)) };
}

const CIRCLE = {
  "data/raw.csv": "x",
  "my.target.mjs": `
    target("first", { inputs: { raw: file("data/raw.csv") }, outputs: { o: file("bld/first") } }, copy);
    target("a", { inputs: { i: file("bld/b"), f: file("bld/first") }, outputs: { o: file("bld/a") } }, copy);
    target("b", { inputs: { i: file("bld/a") }, outputs: { o: file("bld/b") } }, copy);
    target("behind", { inputs: { i: file("bld/b") }, outputs: { o: file("bld/behind") } }, copy);
  `,
};
const SAID =
  "heddle: Targets wait for one another in a circle: a reads bld/b, which b makes; b reads bld/a, which a makes\n" +
  "    a at my.target.mjs:10:5\n" +
  "    b at my.target.mjs:11:5\n" +
  "  Take one of these inputs away, or split a target in two.\n";

describe("targets in a circle", () => {
  test.each(["build", "build --dry-run", "clean --dry-run", "accept"])("heddle %s", async words => {
    const { heddle, has } = targetProject(CIRCLE);
    expect(await heddle(...words.split(" "))).toEqual({ code: 4, out: "", err: SAID });
    expect(has("bld")).toBe(false);
  });

  test("are listed", async () => {
    const { heddle } = targetProject(CIRCLE);
    const { code, out, err } = await heddle("collect");
    expect({ code, out, err }).toEqual({
      code: 4,
      out: "my.target.mjs\n  first\n  a\n  b\n  behind\n\n4 targets in 1 module\n",
      err: SAID,
    });
    expect(JSON.parse((await heddle("collect", "--json")).out).targets).toHaveLength(4);
  });

  test("are drawn", async () => {
    const { heddle } = targetProject(CIRCLE);
    const { code, out, err } = await heddle("graph", "--format", "text", "--no-files");
    expect({ code, err }).toEqual({ code: 4, err: SAID });
    expect(out).toBe(
      "behind  would run\n└─ b  would run\n   └─ a  would run\n      ├─ b  would run …\n      └─ first  would run\n",
    );
    const { edges } = JSON.parse((await heddle("graph", "--format", "json")).out);
    expect(edges).toContainEqual({ from: "a", to: "b" });
    expect(edges).toContainEqual({ from: "b", to: "a" });
    const only = await heddle("graph", "--format", "text", "--no-files", "a");
    expect(only.out).toBe("b  would run\n└─ a  would run\n   ├─ b  would run …\n   └─ first  would run\n");
  });
});

test("each problem has its place, and a remedy of its own", async () => {
  const { heddle } = targetProject({
    "data/raw.csv": "x",
    "my.target.mjs": `
      target("a", { inputs: { i: file("data/rwa.csv") }, outputs: { o: file("bld/a") } }, copy);
      target("b", { inputs: { i: file("bld/aa") }, outputs: { o: file("bld/b") } }, copy);
      target("c", { inputs: { i: file("elsewhere/entirely.csv") }, outputs: { o: file("bld/c") } }, copy);
      target("d", { inputs: { i: files("data/*.cvs") }, outputs: { o: file("data") } }, copy);
    `,
  });
  const { code, err } = await heddle("build");
  expect(code).toBe(4);
  expect(err).toMatch(
    new RegExp(
      [
        "^heddle: a reads data/rwa\\.csv, which is not there, and no target makes it",
        "    at my\\.target\\.mjs:9:7",
        "  Did you mean data/raw\\.csv\\?",
        "b reads bld/aa, which is not there, and no target makes it",
        "    at my\\.target\\.mjs:10:7",
        "  Did you mean bld/a\\?",
        "c reads elsewhere/entirely\\.csv, which is not there, and no target makes it",
        "    at my\\.target\\.mjs:11:7",
        "  Check the path, .* It starts at /.*heddle-cli-.*",
        "d reads data/\\*\\.cvs, but no file is like that, and no target makes one",
        "    at my\\.target\\.mjs:12:7",
        "  Check the path, .*",
        "The output data of d is a folder",
        "    at my\\.target\\.mjs:12:7",
        "  Name a file in it, or make it a folder as a whole: dir\\(…\\)\\.\n$",
      ].join("\n"),
    ),
  );
});
