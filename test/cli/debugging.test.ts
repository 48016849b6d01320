import { spawn } from "node:child_process";
import { describe, expect, onTestFinished, test } from "vitest";
import { project } from "./rig.ts";

const PIPELINE = `
  import inspector from "node:inspector";
  import { isMainThread } from "node:worker_threads";
  import { flow, task, threads } from "heddle";
  let running = 0;
  const probe = task("probe", async n => {
    running++;
    await new Promise(resolve => setImmediate(resolve));
    const alone = running === 1;
    running--;
    return { alone, here: isMainThread, debugged: inspector.url() !== undefined };
  });
  export default flow("probes", { runner: threads({ workers: 2 }) }, () => probe.map([1, 2, 3]));
`;

/** A debugger in a process of its own, because Node 20 has WebSockets only behind a flag. */
function debuggerThatResumes(url: string): { readonly paused: Promise<boolean>; resume(): void } {
  const client = `
    const socket = new WebSocket(${JSON.stringify(url)});
    const send = (id, method) => socket.send(JSON.stringify({ id, method }));
    socket.onopen = () => { send(1, "Debugger.enable"); send(2, "Runtime.runIfWaitingForDebugger"); };
    socket.onmessage = ({ data }) => { if (JSON.parse(data).method === "Debugger.paused") console.log("paused"); };
    socket.onclose = () => process.exit();
    process.stdin.once("data", () => { send(3, "Debugger.disable"); socket.close(); });
  `;
  const child = spawn(process.execPath, ["--experimental-websocket", "-e", client], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return {
    paused: new Promise(resolve => {
      child.stdout.once("data", text => resolve(String(text) === "paused\n"));
      child.once("exit", () => resolve(false));
    }),
    resume: () => child.stdin.write("go\n"),
  };
}

describe("every call here, one at a time", () => {
  test.each([
    [["--in-process"], [], false],
    [["--inspect", "--inspect-port", "0"], [], true],
    [[], ["--inspect=0"], true],
  ])("heddle run %j, node %j", async (flags, node, debugged) => {
    const run = project({ "pipeline.mjs": PIPELINE }).start(["run", "pipeline.mjs", "--json", ...flags], { node });
    const { code, stdout } = await run.ended;
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map(line => JSON.parse(line));
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({ type: "runStarted", inProcess: true });
    expect(lines.at(-1).value).toEqual(Array(3).fill({ alone: true, here: true, debugged }));
  });

  test("the display says so", async () => {
    const { stderr } = await project({ "pipeline.mjs": PIPELINE }).heddle("run", "pipeline.mjs", "--in-process");
    expect(stderr).toContain("in this process, one call at a time");
  });
});

test("--inspect-brk waits for a debugger before the module is loaded, and breaks", async () => {
  const made = project({ "pipeline.mjs": `process.stderr.write("loading");\n${PIPELINE}` });
  const run = made.start(["run", "pipeline.mjs", "--inspect-brk", "--inspect-port", "0"]);
  const url = await new Promise<string>(resolve => {
    run.process.stderr?.on("data", () => {
      const found = /ws:\/\/\S+/.exec(run.stderr());
      if (found !== null) resolve(found[0]);
    });
  });
  expect(run.stderr()).not.toContain("loading");
  const attached = debuggerThatResumes(url);
  expect(await attached.paused).toBe(true);
  expect(run.stderr()).not.toContain("loading");
  attached.resume();
  const { code, stderr } = await run.ended;
  expect(code).toBe(0);
  expect(stderr).toContain("loading");
});

test("a port that is none", async () => {
  const { code, stderr } = await project({ "pipeline.mjs": PIPELINE }).heddle(
    "run",
    "pipeline.mjs",
    "--inspect",
    "--inspect-port",
    "x",
  );
  expect(code).toBe(2);
  expect(stderr).toContain("--inspect-port x is not a port");
});
