import { afterEach, expect, test } from "vitest";
import { shared } from "../../src/task/shared.ts";
import { installCapture } from "../../src/workers/capture.ts";
import { Execution, execute, type Reporter } from "../../src/workers/execute.ts";
import { BoundedOutput } from "../../src/workers/output.ts";

class Heard implements Reporter {
  readonly texts: string[] = [];
  readonly ends: { ok: boolean; value: unknown; ms: number }[] = [];
  output(call: Execution, stream: string, text: string) {
    this.texts.push(`${call.id} ${stream} ${text}`);
  }
  readonly dirs = "";
  directory() {}
  nest(): never {
    throw new Error("nothing is called here");
  }
  waits() {}
  resumes() {}
  log() {}
  progress() {}
  warning(call: Execution, name: string, message: string) {
    this.texts.push(`${call.id} ${name} ${message}`);
  }
  ended(_: Execution, ok: boolean, value: unknown, ms: number) {
    this.ends.push({ ok, value, ms });
  }
}

let undo = () => {};
afterEach(() => undo());
const heard = () => new Heard();
const call = (number: number, reporter: Reporter) =>
  new Execution(number, number, "t", 1, "run", reporter, { dir: null });

test("every way of writing, each call its own", async () => {
  undo = installCapture("pass");
  const reporter = heard();
  execute(call(1, reporter), () => {
    process.stdout.write("a");
    process.stdout.write("Yg==", "base64");
    process.stderr.write(Buffer.from("c"));
    process.stderr.write(new Uint8Array([100]), () => {});
    process.stdout.write("e", "utf8", () => {});
  }, []);
  expect(reporter.texts).toEqual(["t-1 stdout a", "t-1 stdout b", "t-1 stderr c", "t-1 stderr d", "t-1 stdout e"]);
});

test("callbacks of writes are called, later", async () => {
  undo = installCapture("pass");
  let called = false;
  execute(call(1, heard()), () => process.stdout.write("x", () => (called = true)), []);
  expect(called).toBe(false);
  await new Promise(resolve => setImmediate(resolve));
  expect(called).toBe(true);
});

test("a character whose bytes come in two writes stays whole", () => {
  undo = installCapture("pass");
  const reporter = heard();
  const [first, second] = [Buffer.from("é").subarray(0, 1), Buffer.from("é").subarray(1)];
  const writeBoth = () => {
    process.stdout.write(first);
    process.stdout.write(second);
  };
  execute(call(1, reporter), writeBoth, []);
  expect(reporter.texts).toEqual(["t-1 stdout é"]);
});

test("outside every call text goes through untouched, or to the sink", () => {
  const texts: string[] = [];
  undo = installCapture((stream, chunk) => texts.push(`${stream} ${chunk}`));
  process.stdout.write("stray");
  expect(texts).toEqual(["stdout stray"]);
});

test("installs are counted, and the last one out restores the streams", () => {
  const before = process.stdout.write;
  const [first, second] = [installCapture("pass"), installCapture("pass")];
  expect(process.stdout.write).not.toBe(before);
  first();
  first();
  expect(process.stdout.write).not.toBe(before);
  second();
  expect(process.stdout.write).toBe(before);
});

test("a warning goes to its call; Node's own printer gets those of others", async () => {
  undo = installCapture("pass");
  const reporter = heard();
  execute(call(7, reporter), () => process.emitWarning("careful", "OddWarning"), []);
  await new Promise(resolve => setImmediate(resolve));
  expect(reporter.texts).toEqual(["t-7 OddWarning careful"]);
});

test("the async context of a call ends with it", () => {
  execute(call(1, heard()), () => expect(shared.ambient.getStore()?.call?.id).toBe("t-1"), []);
  expect(shared.ambient.getStore()?.call).toBeUndefined();
});

test("an aborted execution gives an aborted signal, whenever it is asked", () => {
  const [early, late] = [call(1, heard()), call(2, heard())];
  const { signal } = early;
  early.abort(new Error("enough"));
  late.abort(new Error("enough"));
  expect([signal.aborted, late.signal.aborted]).toEqual([true, true]);
  expect((late.signal.reason as Error).message).toBe("enough");
});

test("what is not an error is wrapped, and names its call", () => {
  const reporter = heard();
  execute(call(3, reporter), () => {
    throw { odd: 1 };
  }, []);
  expect(reporter.ends).toMatchObject([{ ok: false, value: { name: "ThrownValueError", cause: { odd: 1 } } }]);
  expect(String(reporter.ends[0]?.value)).toContain("t-3 threw");
});

test("output is bounded: both ends are kept, and what was cut is counted", () => {
  const texts: string[] = [];
  const output = new BoundedOutput((_, text) => texts.push(text));
  const half = 512 * 1024;
  for (let i = 0; i < 40; i += 1) output.write("stdout", String(i % 10).repeat(100_000));
  output.end();
  const text = texts.join("");
  expect(text.startsWith("0".repeat(100_000))).toBe(true);
  expect(text.endsWith("9".repeat(100_000))).toBe(true);
  expect(text).toContain(`[heddle: ${4_000_000 - 2 * half} characters of output cut here]`);
  expect(texts).toHaveLength(7);
});

test("output just over half of the bound loses nothing", () => {
  const texts: string[] = [];
  const output = new BoundedOutput((_, text) => texts.push(text));
  const whole = "x".repeat(700_000);
  output.write("stderr", whole);
  output.end();
  expect(texts.join("")).toBe(whole);
});
