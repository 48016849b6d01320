import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { project } from "./rig.ts";

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { readonly name: string; readonly state: string; readonly detail: string }[];
}

test("a sound project: every runner was started, all is well", async () => {
  const { code, stdout, stderr } = await project({
    "heddle.config.mjs": `
      import { inline } from "heddle";
      export default { runner: "mine", runners: { mine: inline() } };
    `,
  }).heddle("doctor", "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const report = JSON.parse(stdout) as Report;
  const detail = (name: string) => report.findings.find(finding => finding.name === name)?.detail;
  expect(report.ok).toBe(true);
  expect(detail("node")).toContain(process.version);
  expect(detail("inline")).toContain("one call in this process");
  expect(detail("threads")).toContain("one call on a thread");
  expect(detail("processes")).toContain("one call in a process");
  expect(detail("config")).toBe("heddle.config.mjs");
  expect(detail("runner mine")).toBe("can be made (inline)");
  expect(report.findings.map(({ name }) => name)).toEqual(expect.arrayContaining(["typescript", "cpus", "memory"]));
});

test("what is wrong is named, with a remedy, and the exit code is 1", async () => {
  const made = project({
    "heddle.config.mjs": `export default { runners: { farm: () => { throw new Error("no address"); } } };`,
  });
  writeFileSync(path.join(made.folder, ".heddle"), "in the way");
  const { code, stdout } = await made.heddle("doctor");
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /wrong {2}runner farm .*could not be made: Error: no address\n.*Mend the function under runners\.farm/,
  );
  expect(stdout).toMatch(/wrong {2}write access .*is not a folder/);
  expect(stdout).toContain("Something is wrong");
});

test("a config that cannot be loaded", async () => {
  const { code, stdout } = await project({ "heddle.config.mjs": "export default { runer: 1 };" }).heddle("doctor");
  expect(code).toBe(1);
  expect(stdout).toMatch(/wrong {2}config .*unknown key "runer"\n.*Did you mean runner\?/);
});

test("a project whose modules cannot import heddle, or are not ES modules", async () => {
  const { folder, start } = project({ "package.json": '{ "name": "c", "type": "commonjs" }' });
  const common = await start(["doctor"]).ended;
  expect(common.stdout).toMatch(/ok +project .*, with heddle \d/);
  expect(common.stdout).toMatch(/note +modules .*"type": "module".*\n.*npm pkg set type=module/);
  rmSync(path.join(folder, "node_modules"), { recursive: true });
  const without = await start(["doctor"]).ended;
  expect(without.code).toBe(1);
  expect(without.stdout).toMatch(/wrong +project .*heddle is not installed in .*\n.*npm install heddle/);
  rmSync(path.join(folder, "package.json"));
  const nothing = await start(["doctor"]).ended;
  expect(nothing.stdout).toMatch(/note +project .*has no package\.json\n.*npm init -y/);
});
