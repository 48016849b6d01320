/** What fails in parallel, on every runner, as the command line reports it. */
import { describe, expect, test } from "vitest";
import { channel } from "./channel.ts";
import { project, type Running } from "./rig.ts";

const MODULE = `
  import { writeFileSync } from "node:fs";
  import { file, target } from "heddle/build";
  import { say, told } from "./channel.mjs";

  export const first = target("first", { outputs: { o: file("bld/first") }, labels: ["far"] }, async () => {
    console.log("out of first");
    console.error("err of first");
    await say("began first");
    await told();
    throw new Error("first is wrong");
  });
  export const second = target("second", { outputs: { o: file("bld/second") }, labels: ["far"] }, async () => {
    console.log("out of second");
    console.error("err of second");
    await say("began second");
    await told();
    throw new Error("second is wrong");
  });
  export const slow = target("slow", { outputs: { o: file("bld/slow") }, labels: ["far"] }, async (_, { o }) => {
    await say("began slow");
    await told();
    await say("goes on slow");
    await told();
    writeFileSync(o, "slow");
  });
  export const last = target("last", { outputs: { o: file("bld/last") }, labels: ["far"], priority: -1 }, (_, { o }) => {
    writeFileSync(o, "last");
  });
`;

const RUNNERS: [name: string, words: string[]][] = [
  ["inline", ["--runner", "inline", "-n", "2"]],
  ["threads", ["-n", "2"]],
  ["processes", ["--runner", "processes", "-n", "2"]],
  ["a command for each call", ["--runner", "calls", "-n", "2"]],
  ["a command for each worker", ["--runner", "servers", "-n", "2"]],
];

async function prepared() {
  const made = project({
    "heddle.config.mjs": `
      import { command } from "heddle";
      const by = per => ({ workers }) => command({ prefix: ["env"], per, workers });
      export default { runners: { calls: by("call"), servers: by("worker") } };
    `,
  });
  const line = await channel(made.folder);
  made.write({ "my.target.mjs": MODULE, "channel.mjs": line.module });
  return { ...made, line };
}

/** Resolves when a line of JSON has come that fits. */
function line(running: Running, fits: (event: { type: string }) => boolean): Promise<void> {
  return new Promise(resolve => {
    let text = "";
    running.process.stdout!.on("data", (more: string) => {
      text += more;
      const lines = text.split("\n");
      text = lines.pop()!;
      if (lines.some(each => fits(JSON.parse(each)))) resolve();
    });
  });
}

describe.each(RUNNERS)("on %s", (_, words) => {
  test("two failures at once: each has its own text", async () => {
    const { start, line } = await prepared();
    const running = start(["build", "first", "second", "--reporter", "plain", ...words]);
    await line.heard("began", 2);
    line.answer();
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    const sections = stderr.split(/^(?=✗ )/m);
    for (const name of ["first", "second"]) {
      const section = sections.find(text => text.startsWith(`✗ ${name} failed`) && text.includes("again:"))!;
      expect(section).toContain(`Error: ${name} is wrong\n`);
      expect(section).toMatch(/^ {4}at my\.target\.mjs:\d+:\d+$/m);
      const captured = section.match(/^ {2}(?:out|err) │ .*$/gm)!.sort();
      expect(captured).toEqual([`  err │ err of ${name}`, `  out │ out of ${name}`]);
      expect(section).toContain(`again: heddle build ${name}\n`);
    }
  });

  test("after the one failure that is allowed nothing begins, and what ran is reported", async () => {
    const { start, line: channelled } = await prepared();
    const running = start(["build", "first", "slow", "last", "--max-failures", "1", "--json", ...words]);
    const failed = line(running, ({ type }) => type === "failed");
    await channelled.heard("began", 2);
    channelled.answer();
    await Promise.all([failed, channelled.heard("goes on slow")]);
    channelled.answer();
    const { code, stdout } = await running.ended;
    const { value, exitCode } = JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
    const states = value.targets.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`).sort();
    expect({ code, exitCode, states }).toEqual({
      code: 1,
      exitCode: 1,
      states: ["first failed", "last cancelled", "slow completed"],
    });
    expect(value.targets.find(({ name }: { name: string }) => name === "first").error.message).toBe("first is wrong");
  });
});
