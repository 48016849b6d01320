import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readInputs } from "../../src/cli/run/inputs.ts";
import { UsageError } from "../../src/errors.ts";

const folder = mkdtempSync(path.join(tmpdir(), "heddle-inputs-"));
beforeAll(() => {
  writeFileSync(path.join(folder, "list.json"), "\uFEFF[1, 2]");
  writeFileSync(path.join(folder, "broken.json"), '{\n  "a": 1,\n  "b": }\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

test("--input is the first parameter, --args are all, neither is none", async () => {
  expect(await readInputs({ input: '["a"]' })).toEqual([["a"]]);
  expect(await readInputs({ args: '["a", 2]' })).toEqual(["a", 2]);
  expect(await readInputs({})).toEqual([]);
});

test("either can come from a file, with a byte order mark too", async () => {
  expect(await readInputs({ input: `@${folder}/list.json` })).toEqual([[1, 2]]);
  expect(await readInputs({ args: `@${folder}/list.json` })).toEqual([1, 2]);
});

describe("broken JSON is pointed at", () => {
  test.each([
    ['{"a":}', 'unexpected "}" at line 1, column 6\n    {"a":}\n         ^'],
    ['{"a":1', 'it ends too early at line 1, column 7\n    {"a":1\n          ^'],
    ["", "it ends too early at line 1, column 1"],
    ["[1,\n 2,\n x]", 'unexpected "x" at line 3, column 2\n     x]\n     ^'],
    ["[1,]", 'unexpected "]" at line 1, column 4'],
    ["{'a': 1}", 'unexpected "\'" at line 1, column 2'],
    ["[1] 2", 'unexpected "2" at line 1, column 5'],
    ['"a\nb"', 'unexpected "\\n" at line 1, column 3'],
  ])("%j", async (input, place) => {
    await expect(readInputs({ input })).rejects.toThrow(`--input is not JSON: ${place}`);
  });

  test("in a long line, what is around the place", async () => {
    const input = `[${"1,".repeat(200)}x${",1".repeat(200)}]`;
    const error = String(await readInputs({ input }).catch((thrown: unknown) => thrown));
    const [, line = "", caret = ""] = error.split("\n");
    expect(line.length).toBeLessThan(80);
    expect(line[caret.indexOf("^")]).toBe("x");
  });

  test("in a file, by its name", async () => {
    await expect(readInputs({ args: `@${folder}/broken.json` })).rejects.toThrow(
      `broken.json, given as --args, is not JSON: unexpected "}" at line 3, column 8\n      "b": }\n           ^`,
    );
  });
});

test("remedies fit what was probably meant", async () => {
  await expect(readInputs({ input: "hello world" })).rejects.toThrow(`--input '"hello world"'`);
  await expect(readInputs({ input: "data/x.json" })).rejects.toThrow("write --input @data/x.json");
  await expect(readInputs({ args: "[a" })).rejects.toThrow("single quotes");
});

test("--args that is no list, both options at once, a file that is not there: UsageErrors", async () => {
  await expect(readInputs({ args: '{"a":1}' })).rejects.toThrow("--args is { a: 1 }, not a list");
  await expect(readInputs({ args: "[]", input: "1" })).rejects.toThrow("--input and --args were given together");
  await expect(readInputs({ input: `@${folder}/lst.json` })).rejects.toThrow(
    /there is no such file\n.*Did you mean .*list\.json\?/,
  );
  await expect(readInputs({ args: "1" })).rejects.toBeInstanceOf(UsageError);
});
