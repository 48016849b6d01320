import { expect, test } from "vitest";
import { type Labels, labelsOf } from "../../src/task/labels.ts";

const of = (labels?: Labels) => [...labelsOf({ name: "train" }, labels === undefined ? {} : { labels })];

test("a task's own name is a label, after the others", () => {
  expect(of()).toEqual([["train", 1]]);
  expect(of("gpu")).toEqual([
    ["gpu", 1],
    ["train", 1],
  ]);
  expect(of([])).toEqual([["train", 1]]);
});

test("several labels keep their order, and count once each", () => {
  expect(of(["web", "gpu", "web"])).toEqual([
    ["web", 1],
    ["gpu", 1],
    ["train", 1],
  ]);
});

test("amounts are kept, also that of the task's own name", () => {
  expect(of({ gpu: 2, memoryGb: 0.5 })).toEqual([
    ["gpu", 2],
    ["memoryGb", 0.5],
    ["train", 1],
  ]);
  expect(of({ train: 3, gpu: 1 })).toEqual([
    ["train", 3],
    ["gpu", 1],
  ]);
});
