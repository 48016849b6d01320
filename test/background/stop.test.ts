import { expect, test } from "vitest";
import { Stop } from "../../src/background/stop.ts";

test("each that hears is told once, also who begins to hear as another is told", () => {
  const stop = new Stop();
  const told: string[] = [];
  const leave = stop.hear(() => told.push("left"));
  stop.hear(({ message }) => {
    told.push(`first ${message}`);
    stop.hear(({ message }) => told.push(`second ${message}`));
  });
  leave();
  stop.tell(new Error("a"));
  stop.tell(new Error("b"));
  expect(told).toEqual(["first a", "second a"]);
  expect(stop.reason?.message).toBe("a");
});
