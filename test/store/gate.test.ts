/** LMDB forgets commits where one process opens an index while another writes to it: none may. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Gate } from "../../src/store/gate.ts";
import { built } from "./built.ts";
import { newFolder } from "./store-rig.ts";

const script = await built("store/gate.ts");
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function start(folder: string, role: string): Promise<ChildProcess> {
  const child = fork(script, [folder, role], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  children.push(child);
  await once(child, "message");
  return child;
}

test("what is written while others open, also such as are killed in the middle of it, is not lost", async () => {
  const folder = newFolder();
  const writer = await start(folder, "write");
  const [steady, ...doomed] = await Promise.all([
    start(folder, "400"),
    start(folder, "1000000"),
    start(folder, "1000000"),
  ]);
  for (const one of doomed) {
    one.kill("SIGKILL");
    await once(one, "close");
  }
  if (steady!.exitCode === null) await once(steady!, "exit");
  expect(steady!.exitCode).toBe(0);
  writer.send("stop");
  const [{ written, lost }] = (await once(writer, "message")) as [{ written: number; lost: number[] }];
  expect(lost).toEqual([]);
  expect(written).toBeGreaterThan(0);
  await once(writer, "close");
});

function newGates(): string {
  const gates = join(newFolder(), "gate");
  mkdirSync(gates);
  return gates;
}

test("the sign of a process that died does not keep anybody out", async () => {
  const folder = newGates();
  const { gate } = Gate.pass(folder, () => {});
  writeFileSync(join(folder, "opening"), "");
  expect(gate.enter()).toBe(false);
  await gate.opened();
  expect(gate.enter()).toBe(true);
  gate.leave();
  writeFileSync(join(folder, "opening"), "");
  expect(gate.within(() => "done")).toBe("done");
  expect(existsSync(join(folder, "opening"))).toBe(false);
  await gate.close();
});

test("a commit under way may be joined, but not by one that can wait", async () => {
  const folder = newGates();
  const { gate } = Gate.pass(folder, () => {});
  expect(gate.enter()).toBe(true);
  writeFileSync(join(folder, "opening"), "");
  expect(gate.within(() => "joined")).toBe("joined");
  expect(gate.enter()).toBe(false);
  gate.leave();
  await gate.opened();
  await gate.close();
});

test("a writer that was taken for dead is seen again when it commits", async () => {
  const folder = newGates();
  const { gate } = Gate.pass(folder, () => {});
  const mine = join(folder, readdirSync(folder).find(name => name.startsWith("writer-"))!);
  rmSync(mine);
  expect(gate.enter()).toBe(true);
  expect(statSync(mine).size).toBe(1);
  gate.leave();
  expect(statSync(mine).size).toBe(0);
  await gate.close();
  expect(existsSync(mine)).toBe(false);
});

test("what writers left that died is removed by who opens, and so is what failed to open", async () => {
  const folder = newGates();
  const { gate } = Gate.pass(folder, () => {});
  const mine = readdirSync(folder).find(name => name.startsWith("writer-"))!;
  const [host] = mine.slice("writer-".length).split(".");
  const dead = join(folder, `writer-${host}.999999999.1.0.0`);
  writeFileSync(dead, "1");
  expect(() =>
    Gate.pass(folder, () => {
      throw new Error("it cannot be opened");
    }),
  ).toThrow("it cannot be opened");
  expect(existsSync(dead)).toBe(false);
  expect(existsSync(join(folder, "opening"))).toBe(false);
  const again = Gate.pass(folder, () => "opened");
  expect(again.opened).toBe("opened");
  await again.gate.close();
  await gate.close();
  expect(readdirSync(folder).filter(name => !name.startsWith("turnstile"))).toEqual([]);
});
