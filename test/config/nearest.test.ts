import { expect, test } from "vitest";
import { checkKeys, nearest, suggest } from "../../src/config/nearest.ts";
import { OptionError } from "../../src/errors.ts";

const known = ["retries", "retryDelay", "timeout", "priority", "runner"];

test("a slip finds what was meant, another word does not", () => {
  expect(nearest("retrys", known)).toBe("retries");
  expect(nearest("timeOut", known)).toBe("timeout");
  expect(nearest("runer", known)).toBe("runner");
  expect(nearest("cuont", ["main", "count"])).toBe("count");
  expect(nearest("cuotn", ["main", "count"])).toBeUndefined();
  expect(nearest("banana", known)).toBeUndefined();
  expect(nearest("x", [])).toBeUndefined();
});

test("a suggestion is the near name, else all of them", () => {
  expect(suggest("runer", known)).toBe("Did you mean runner?");
  expect(suggest("banana", ["a", "b"])).toBe("Choose one of: a, b.");
  expect(suggest("banana", [], "task")).toBe("There is no task to choose from.");
});

test("unknown keys are errors that say where and what was meant", () => {
  checkKeys({ retries: 1, timeout: 2 }, known, 'task "a"');
  expect(() => checkKeys({ retrys: 1 }, known, 'task "a"')).toThrow(OptionError);
  expect(() => checkKeys({ retrys: 1 }, known, 'task "a"')).toThrow(
    'task "a": unknown option "retrys"\n  Did you mean retries?',
  );
});
