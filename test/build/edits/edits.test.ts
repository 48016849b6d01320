/**
 * Random projects of targets, edited at random and built, each time beside a build from scratch and a model of what has
 * to run. `EDITS` says how many edits, `SEED` the seed.
 */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type Edit, edit, edits } from "./edits.ts";
import { Model } from "./model.ts";
import { type Project, projects } from "./project.ts";
import { type Place, Stage } from "./stage.ts";

const SEED = Number(process.env["SEED"] ?? 61_000);
/** A project is built at first, and then after each of so many groups of edits. */
const BUILDS = 8;
/** The model knows all bytes; whether it is right is looked at in each build only where there is time. */
const isLong = process.env["EDITS"] !== undefined;
const PROJECTS = Math.ceil(Number(process.env["EDITS"] ?? 24) / BUILDS);
const PLACES: readonly Place[] = ["inline", "inline", "threads", "inline", "inline", "inline", "processes", "inline"];

let played = 0;
afterAll(() => {
  if (isLong) console.log(`${played} builds after edits, from SEED=${SEED}`);
});

async function play(project: Project, groups: readonly (readonly Edit[])[]): Promise<void> {
  const stage = new Stage();
  const model = new Model();
  try {
    for (const path of project.sources) {
      model.disk.set(path, "first");
      stage.write(path, "first");
    }
    for (const [at, group] of [[], ...groups].entries()) {
      for (const each of group) edit(each, project, model.disk, stage);
      if (at === BUILDS / 2) stage.move();
      const expected = model.build(project);
      const { states, ran, reasons } = await stage.build(project, PLACES[at % PLACES.length]!);
      const told = `build ${at}, after ${JSON.stringify(group)}: ${JSON.stringify(reasons)}`;
      expect({ states, ran }, told).toEqual(expected);
      expect(stage.contents(), told).toEqual(model.disk);
      if (isLong || at % 4 === 3) await compareWithScratch(project, stage, states);
      played += 1;
    }
  } finally {
    stage.close();
  }
}

/** What is up to date is what a build from scratch would make. */
async function compareWithScratch(
  project: Project,
  stage: Stage,
  states: Readonly<Record<string, string>>,
): Promise<void> {
  const scratch = stage.scratch();
  try {
    const fresh = await scratch.build(project, "inline");
    const settled = Object.entries(states).map(([name, state]) => [name, state === "fresh" ? "completed" : state]);
    expect(fresh.states).toEqual(Object.fromEntries(settled));
    const here = stage.contents();
    for (const [path, text] of scratch.contents()) expect([path, here.get(path)]).toEqual([path, text]);
  } finally {
    scratch.close();
  }
}

test("after any edits, what has to run runs, nothing else does, and all bytes are those of a build from scratch", async () => {
  const group = fc.array(edits, { minLength: 1, maxLength: 3 });
  const groups = fc.array(group, { minLength: BUILDS - 1, maxLength: BUILDS - 1 });
  await fc.assert(fc.asyncProperty(projects, groups, play), { seed: SEED, numRuns: PROJECTS, endOnFailure: true });
}, 400_000);
