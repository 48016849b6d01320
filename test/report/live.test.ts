import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { liveReporter } from "../../src/report/live.ts";
import { style } from "../../src/report/style.ts";
import { beginning, completed, ended, failed, output, place, started, submitted } from "./events.ts";
import { Screen } from "./screen.ts";

const bare = style(false, true);

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function live(screen: Screen) {
  return liveReporter({ out: screen, style: bare, place });
}

test("the area is repainted in place, failures go above it, the summary replaces it", async () => {
  const screen = new Screen();
  const { reader, close } = live(screen);
  reader([...beginning("score"), submitted(1, 1, 4), started(0, [1])]);
  expect(screen.writes).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(await screen.lines()).toEqual([
    "report · threads × 2 · 0 s",
    "  score  ────────────────────────  0/4  1 running",
  ]);
  vi.setSystemTime(2000);
  reader([output(1, "hidden\n"), failed(2000, 1, "boom", { ms: 2000 }), started(2000, [2])]);
  reader([completed(2400, [2], 400)]);
  vi.advanceTimersByTime(500);
  expect(await screen.lines()).toEqual([
    "✗ score-1 failed after 2.0 s on threads/1",
    "  Error: boom",
    "    at score (src/score.ts:12:9)",
    "report · threads × 2 · 2 s · about 2 s left",
    "  score  ━━━━━━━━━━━━────────────  2/4   1.0/s   2 s left  ✗ 1",
  ]);
  reader([completed(2600, [3], 1), ended(900, "failed")]);
  close();
  const lines = await screen.lines();
  expect(lines.filter(line => line.includes("threads × 2"))).toEqual([]);
  expect(lines).toContain("  out │ hidden");
  expect(lines.at(-2)).toBe("✗ report failed after 900 ms · 3 calls, 1 failed");
  expect(vi.getTimerCount()).toBe(0);
  expect(screen.listeners).toBe(0);
});

test("100,000 calls cause at most ten repaints a second, and none where nothing changes", () => {
  const screen = new Screen();
  const { reader } = live(screen);
  reader([...beginning("noop"), submitted(1, 1, 100_000)]);
  vi.advanceTimersByTime(1000);
  screen.writes.length = 0;
  for (let call = 1; call <= 100_000; call += 100) {
    vi.advanceTimersByTime(2);
    const calls = Array.from({ length: 100 }, (_, i) => call + i);
    const at = Date.now();
    reader([started(at, calls), completed(at, calls, 0.01)]);
  }
  expect(screen.writes.length).toBeGreaterThan(10);
  expect(screen.writes.length).toBeLessThanOrEqual(21);
  vi.advanceTimersByTime(1100);
  screen.writes.length = 0;
  vi.advanceTimersByTime(900);
  expect(screen.writes.length).toBeLessThanOrEqual(1);
});

test("the elapsed time goes on while nothing happens", async () => {
  const screen = new Screen();
  const { reader } = live(screen);
  reader(beginning("train"));
  vi.advanceTimersByTime(65_100);
  expect((await screen.lines())[0]).toBe("report · threads × 2 · 1 m 05 s");
});

test("a terminal made narrower leaves no remains of the wider frame", async () => {
  const screen = new Screen(100, 12);
  const { reader, close } = live(screen);
  screen.write("$ heddle run report.ts\n");
  reader([...beginning("fetchPage", "countWords"), submitted(1, 1, 400), submitted(2, 401, 400)]);
  reader([started(0, [1, 2, 401])]);
  vi.advanceTimersByTime(2000);
  for (const [columns, rows] of [
    [40, 12],
    [28, 12],
    [90, 9],
    [60, 20],
  ] as const) {
    await screen.resize(columns, rows);
    vi.advanceTimersByTime(300);
    const lines = await screen.lines();
    expect(lines[0]).toBe("$ heddle run report.ts");
    expect(lines.filter(line => line.includes("report ·"))).toHaveLength(1);
    expect(lines.filter(line => line.includes("400"))).toHaveLength(2);
  }
  close();
});

test("many failures are not all printed as they come", async () => {
  const screen = new Screen();
  const { reader } = live(screen);
  reader([...beginning("score"), submitted(1, 1, 500)]);
  for (let call = 1; call <= 500; call++) reader([started(1, [call]), failed(2, call, `row ${call}`)]);
  const lines = await screen.lines();
  expect(lines.filter(line => line.startsWith("✗"))).toHaveLength(10);
  expect(lines).toContain("… further failures are counted");
});

test("a failure taller than the terminal is printed in full", async () => {
  const screen = new Screen(80, 5);
  const { reader } = live(screen);
  reader([...beginning("score"), submitted(1, 1, 1), started(1, [1])]);
  vi.advanceTimersByTime(200);
  reader([failed(2, 1, Array.from({ length: 12 }, (_, i) => `part ${i}`).join("\n"))]);
  expect((await screen.lines()).filter(line => line.includes("part"))).toHaveLength(12);
});

test("closing before the end clears the area and says so", async () => {
  const screen = new Screen();
  const { reader, close } = live(screen);
  reader([...beginning("score"), submitted(1, 1, 2), started(0, [1])]);
  vi.advanceTimersByTime(500);
  close();
  close();
  reader([completed(600, [1], 600)]);
  vi.advanceTimersByTime(5000);
  expect(await screen.lines()).toEqual(["! report did not end · 0 calls", "  score  2 not finished"]);
});
