import cliTruncate from "cli-truncate";
import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { cut, width } from "../../src/report/text.ts";

const line = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."ab ─·×…✓✗↻") }),
  fc.string({ unit: fc.constantFrom("a", "é", "漢", "👍🏽", "\u001b[31m", "\u001b[39m", "✓") }),
);

test("text is as wide, and is cut to so many columns, as those say who know all characters", () => {
  fc.assert(
    fc.property(line, fc.integer({ min: 1, max: 12 }), fc.constantFrom("…", "..."), (text, columns, ellipsis) => {
      expect(width(text)).toBe(stringWidth(text));
      expect(cut(text, columns, ellipsis)).toBe(cliTruncate(text, columns, { truncationCharacter: ellipsis }));
    }),
  );
});

test("nothing is left in no columns", () => {
  expect(cut("abc", 0)).toBe("");
});
