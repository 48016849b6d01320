import { describe, expect, test } from "vitest";
import { filled, placeholdersOf, typed, wordsOf } from "../../src/config/command.ts";
import { OptionError } from "../../src/errors.ts";

const problem = (command: unknown): string => {
  try {
    wordsOf(command, "here");
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return (error as Error).message;
  }
  throw new Error("there was no error");
};

describe("commands", () => {
  test.each([
    ["srun --gres=gpu:{gpu} -o {dir}/x.log", ["srun", "--gres=gpu:{gpu}", "-o", "{dir}/x.log"]],
    [`docker run -v "a b:c" 'x $y' d\\ e`, ["docker", "run", "-v", "a b:c", "x $y", "d e"]],
    ["  nice   -n 5 ", ["nice", "-n", "5"]],
  ])("%s is split as a shell would", (command, words) => {
    expect(wordsOf(command, "here")).toEqual(words);
  });

  test("an array is taken as it is", () => {
    expect(wordsOf(["a b", "|", "$x", "*"], "here")).toEqual(["a b", "|", "$x", "*"]);
  });

  test.each([
    ["a | b", "the operator |"],
    ["a > b", "the operator >"],
    ["a && b", "the operator &&"],
    ["a; b", "the operator ;"],
    ["a $HOME/b", "the variable $HOME"],
    ['a "$HOME"', "the variable $HOME"],
    ["a *.txt", "the pattern *.txt"],
    ["a # b", "a comment: # b"],
  ])("%s needs a shell, and there is none", (command, named) => {
    expect(problem(command)).toContain("here: ");
    expect(problem(command)).toContain(`has ${named}, which only a shell understands`);
  });

  test.each(["", "  ", [], [""], 3, null, ["a", 1], ["a\0"]])("%j is no command", command => {
    expect(problem(command)).toMatch(/is no command|is empty/);
  });
});

describe("placeholders", () => {
  test("are found and filled", () => {
    const words = ["--gres=gpu:{gpu}", "{dir}/{task}-{id}", "{dir}", "{unknown}"];
    expect(placeholdersOf(words)).toEqual(["gpu", "dir", "task", "id", "unknown"]);
    const values = new Map<string, string | number>([
      ["gpu", 2],
      ["dir", "/tmp/$1"],
      ["task", "a"],
      ["id", "a-1"],
    ]);
    expect(filled(words, values)).toEqual(["--gres=gpu:2", "/tmp/$1/a-a-1", "/tmp/$1", "{unknown}"]);
  });

  test("are not what templates of the command's own look like", () => {
    expect(placeholdersOf(["{{.ID}}", "{{name}}", "{print $1}", "{}", "{x y}"])).toEqual([]);
  });
});

test("a command is shown as one could type it", () => {
  expect(typed(["srun", "--x={dir}/a", "it's", "a b", ""])).toBe(`srun --x={dir}/a 'it'\\''s' 'a b' ''`);
});
