/** What becomes of processes: who keeps whom alive, and who outlives whom. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { fixtures } from "./rig.ts";

let child: ChildProcess | null = null;
afterEach(() => {
  child?.kill("SIGKILL");
  child = null;
});

/** Starts the fixture `coordinator.mjs`; gives the lines that it prints, as they come. */
function start(...args: string[]): { child: ChildProcess; line: () => Promise<string>; flags?: string[] } {
  const started = spawn(process.execPath, [fileURLToPath(new URL("coordinator.mjs", fixtures)), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  child = started;
  const lines = started.stdout!.setEncoding("utf8").iterator();
  let buffer = "";
  const line = async () => {
    while (!buffer.includes("\n")) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the coordinator ended after: ${buffer}`);
      buffer += value as string;
    }
    const [first, ...rest] = buffer.split("\n");
    buffer = rest.join("\n");
    return first!;
  };
  return { child: started, line };
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(10);
  }
}

describe.each(["threads", "processes"])("%s", place => {
  test("pending calls keep the process alive, idle workers do not", async () => {
    const { child, line } = start(place, "idle");
    expect(await line()).toBe("value 3");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });
});

describe("processes", () => {
  test("Ctrl-C in the terminal does not end workers before the coordinator says so", async () => {
    const { child, line } = start("processes", "interrupt");
    const worker = Number(await line());
    process.kill(-child.pid!, "SIGINT");
    expect(await line()).toBe("interrupted");
    expect(await line()).toBe("value slept");
    await gone(worker);
  });
});
