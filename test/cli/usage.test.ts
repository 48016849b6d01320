import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { project } from "./rig.ts";

describe("help and version", () => {
  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await project().heddle("--version")).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("--help, in general and of a command, has examples", async () => {
    const { heddle } = project();
    for (const args of [["--help"], ["run", "--help"], ["help", "run"], ["doctor", "--help"], ["init", "--help"]]) {
      const { code, stdout, stderr } = await heddle(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("Examples:");
    }
  });

  test("no command: the help, as an error", async () => {
    const { code, stdout, stderr } = await project().heddle();
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: heddle");
  });
});

describe("misuse: exit 2, nothing on stdout, what was meant", () => {
  test.each([
    [["rnu"], "Unknown command 'rnu'\n  Did you mean run?"],
    [["run", "x.ts", "--inptu", "1"], "Unknown option '--inptu'\n  Did you mean --input?"],
    [["run"], "Missing required argument 'file'"],
    [
      ["run", "a.ts", "b"],
      "Too many arguments for 'run'. Expected 1 argument but got 2.\n  Inputs are given as JSON: --input JSON for the first",
    ],
    [
      ["run", "a.ts", "[1, 2]", "--cache"],
      "Too many arguments for 'run'. Expected 1 argument but got 2.\n  Inputs are given as JSON: --input '[1, 2]' for",
    ],
    [
      ["build", "-n"],
      "Option '-n, --workers <count>' argument missing\n  It says how many workers: -n 4, or -n auto. What",
    ],
    [["run", "x.ts", "--json", "--reporter", "plain"], "Option '--json' cannot be used with option"],
    [
      ["run", "x.ts", "--reporter", "fancy"],
      "Option '--reporter <mode>' argument 'fancy' is invalid. Allowed choices are live, plain, quiet",
    ],
    [["run", "x.ts", "-n", "0"], "-n 0 is not a number of workers"],
    [["run", "x.ts", "-n", "2", "--in-process"], "-n 2 makes no sense with --in-process"],
    [["run", "x.ts", "--runner", "threads", "--inspect"], "--runner threads makes no sense with --inspect"],
    [["run", "x.ts", "--input", "1", "--args", "[]"], "--input and --args were given together"],
    [["run", "x.ts", "--input", "{"], "--input is not JSON: it ends too early at line 1, column 2"],
    [["run", "x.ts"], "There is no file x.ts"],
  ])("heddle %j", async (args, message) => {
    const { code, stdout, stderr } = await project().heddle(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`heddle: ${message}`);
    expect(stderr).not.toContain("    at ");
  });
});
