/** The examples of README, docs and doc comments have the right types, run, and print what they say. */
import pLimit from "p-limit";
import { afterAll, expect, test } from "vitest";
import * as heddle from "../../src/index.ts";
import { apiExamples, blocksOf, pages } from "./extract.ts";
import { clear, type Ending, type Program, programOf, programsOf, start, translate } from "./programs.ts";

/** Their examples are in docs/events.md, and in test/engines, where there is a cluster. */
const ELSEWHERE = new Set(["startRun", "dask", "ray"]);
/** Each example is a process, and some have workers. */
const AT_ONCE = 3;

clear();
afterAll(clear);

const examples = apiExamples();
const programs = [...pages().flatMap(page => programsOf(page, blocksOf(page))), ...examples.map(programOf)];
const mistakes = translate();

const limit = pLimit(AT_ONCE);
const last = new Map<string, Promise<Ending>>();
const endings = new Map<Program, Promise<Ending>>(
  programs.map(program => {
    const before = program.inOrder ? last.get(program.folder) : undefined;
    const ending = limit(async () => {
      await before;
      return start(program);
    });
    last.set(program.folder, ending);
    return [program, ending];
  }),
);

test("the types of all examples are right", () => {
  expect(mistakes.join("\n")).toBe("");
});

test.each(programs.map(program => [program.title, program] as const))("%s", async (_, program) => {
  const { exit, stdout, stderr } = await endings.get(program)!;
  expect({ exit, stderr: exit === program.exit ? "" : stderr }).toEqual({ exit: program.exit, stderr: "" });
  if (program.prints !== null) expect(stdout.trimEnd().split("\n")).toEqual(program.prints);
});

test("every function of the front door has an example", () => {
  const functions = Object.entries(heddle)
    .filter(([, value]) => typeof value === "function" && !(value.prototype instanceof Error))
    .map(([name]) => name);
  const shown = new Set(examples.map(({ name }) => name));
  expect(functions.filter(name => !shown.has(name) && !ELSEWHERE.has(name))).toEqual([]);
});
