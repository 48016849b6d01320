import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { HeddleEvent } from "../../src/events/event.ts";
import { reporter } from "../../src/report/choose.ts";
import { beginning, completed, ended, failed, output, started, submitted } from "./events.ts";
import { Screen } from "./screen.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

class Pipe {
  text = "";
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }
}

async function plain(env: Record<string, string> = { LANG: "C.UTF-8" }) {
  const out = new Pipe();
  return { out, ...(await reporter({ mode: "auto", out, env, cwd: "/home/me/project" })) };
}

const broken: HeddleEvent[] = [
  submitted(1, 1, 2),
  started(0, [1, 2]),
  output(1, "\u001b[31mred\u001b[0m\u0007 text\rdone\n"),
  failed(5, 1, "\u001b[1mboom\u001b[0m"),
  completed(5, [2], 5),
];

test("auto is live on a terminal, and plain in CI, on dumb terminals and in pipes", async () => {
  const repaints = async (out: Screen, env: Record<string, string>) => {
    const { reader, close } = await reporter({ mode: "auto", out, env });
    reader(beginning("score"));
    vi.advanceTimersByTime(3000);
    close();
    return out.writes.some(text => text.includes("\u001b[?2026h"));
  };
  expect(await repaints(new Screen(), { TERM: "xterm" })).toBe(true);
  expect(await repaints(new Screen(), { TERM: "xterm", CI: "false" })).toBe(true);
  expect(await repaints(new Screen(), { TERM: "xterm", CI: "true" })).toBe(false);
  expect(await repaints(new Screen(), { TERM: "dumb" })).toBe(false);
  expect(await repaints(Object.assign(new Screen(), { isTTY: false }), { TERM: "xterm" })).toBe(false);
});

test("plain: the start, failures a second later, the summary, and no control characters", async () => {
  const { out, reader, close } = await plain();
  reader([...beginning("score"), submitted(1, 3, 1)]);
  vi.advanceTimersByTime(500);
  reader(broken);
  vi.advanceTimersByTime(999);
  expect(out.lines).toEqual(["report · threads × 2 · run r1"]);
  vi.advanceTimersByTime(1);
  expect(out.lines).toEqual([
    "report · threads × 2 · run r1",
    "✗ score-1 failed after 5 ms on threads/1",
    "  Error: boom",
    "    at score (src/score.ts:12:9)",
  ]);
  reader([ended(10, "failed")]);
  close();
  expect(out.lines.slice(4)).toEqual([
    "",
    "✗ score-1 failed after 5 ms on threads/1",
    "  Error: boom",
    "    at score (src/score.ts:12:9)",
    "  out │ done",
    "",
    "✗ report failed after 10 ms · 2 calls, 1 failed",
    "  score  1 completed, 1 failed, 1 not finished  5 ms each, after waiting 0 ms",
  ]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(out.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test("plain: what fails just before the end is said once, and so are warnings", async () => {
  const { out, reader } = await plain();
  reader([...beginning("score"), ...broken]);
  reader([{ type: "warning", at: 6, call: null, name: "heddle", message: "mind the gap" }]);
  vi.advanceTimersByTime(900);
  reader([ended(905, "failed")]);
  vi.advanceTimersByTime(5000);
  expect(out.text.match(/score-1 failed/g)).toHaveLength(1);
  expect(out.text.match(/mind the gap/g)).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("plain: each task every ten seconds of progress, and once when it is done", async () => {
  const { out, reader } = await plain();
  reader([...beginning("quick", "slow"), submitted(1, 1, 3), submitted(2, 4, 100)]);
  reader([started(0, [1, 2, 3]), completed(0, [1, 2, 3], 1)]);
  vi.advanceTimersByTime(2500);
  expect(out.lines.slice(1)).toEqual(["quick: 3 completed"]);
  for (let call = 4; call < 34; call++) {
    reader([started(Date.now(), [call])]);
    vi.advanceTimersByTime(1000);
    reader([completed(Date.now(), [call], 1000)]);
  }
  const progress = expect.stringMatching(/^slow: \d+ of 100, (1\.0\/s|\d\d\/min), about 1 m \d\d s left$/);
  expect(out.lines.slice(2)).toEqual([progress, progress, progress]);
});

test("plain: a flow that submits one call after another does not say done each time", async () => {
  const { out, reader } = await plain();
  reader(beginning("step"));
  for (let call = 1; call <= 80; call++) {
    reader([submitted(1, call, 1, Date.now()), started(Date.now(), [call])]);
    vi.advanceTimersByTime(100);
    reader([completed(Date.now(), [call], 100)]);
  }
  expect(out.lines).toHaveLength(1);
});

test("plain: a long silence is broken", async () => {
  const { out, reader } = await plain();
  reader([...beginning("train"), submitted(1, 1, 1), started(0, [1])]);
  reader([{ type: "progress", at: 0, call: 1, fraction: 0.25 }]);
  vi.advanceTimersByTime(125_000);
  expect(out.lines.slice(1)).toEqual([
    "still running: train-1 (1 m 00 s, 25%)",
    "still running: train-1 (2 m 00 s, 25%)",
  ]);
});

test("plain: colours only where FORCE_COLOR asks for them", async () => {
  const { out, reader } = await plain({ FORCE_COLOR: "1", LANG: "C.UTF-8" });
  reader([...beginning("score"), ...broken, ended(10, "failed")]);
  expect(out.text).toContain("\u001b[31m✗\u001b[39m");
});

test("json: each event is a line", async () => {
  const out = new Pipe();
  const { reader, close } = await reporter({ mode: "json", out });
  const events = [...beginning("score"), ...broken, ended(10, "failed")];
  reader(events.slice(0, 3));
  reader([]);
  reader(events.slice(3));
  close();
  expect(out.lines.map(line => JSON.parse(line))).toEqual(events);
});

test("quiet: nothing of a good run, the failures of a bad one", async () => {
  const run = async (...events: HeddleEvent[]) => {
    const out = new Pipe();
    const { reader, close } = await reporter({ mode: "quiet", out, env: { LANG: "C.UTF-8" }, showCapture: "no" });
    reader([...beginning("score"), ...events]);
    close();
    return out.lines;
  };
  expect(await run(ended(10))).toEqual([]);
  const lines = await run(...broken, ended(10, "failed"));
  expect(lines[0]).toBe("✗ score-1 failed after 5 ms on threads/1");
  expect(lines.at(-1)).toBe("✗ report failed after 10 ms · 2 calls, 1 failed");
  expect(lines.join("\n")).not.toContain("done");
});
