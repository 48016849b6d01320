import { describe, expect, test } from "vitest";
import { WatchPlan } from "../../src/cli/build/watch-plan.ts";

const INTERESTS = {
  reads: [
    { kind: "file", paths: ["data/raw.csv"] },
    { kind: "files", paths: ["data/*.txt"] },
    { kind: "dir", paths: ["more"] },
    { kind: "file", paths: ["bld/clean"] },
  ],
  makes: ["bld/clean", "out"],
} as const;

const asMade = () => true;
const edited = () => false;

function watching(): WatchPlan {
  const plan = new WatchPlan();
  plan.begin();
  plan.learn(INTERESTS);
  return plan;
}

describe("between builds", () => {
  test.each([
    ["data/raw.csv", true],
    ["data/a.txt", true],
    ["data/b.csv", false],
    ["more/a/b", true],
    ["moreover", false],
    ["src/text.ts", true],
    ["tsconfig.json", true],
    ["README.md", false],
  ])("%s: %s", (place, builds) => {
    const plan = watching();
    expect(plan.end()).toEqual({ do: "wait" });
    expect(plan.changed([place], asMade)).toEqual(builds ? { do: "build", because: [place] } : { do: "wait" });
  });

  test("an output counts if it is not as it was left", () => {
    const plan = watching();
    plan.end();
    expect(plan.changed(["bld/clean", "out/a/b"], asMade)).toEqual({ do: "wait" });
    expect(plan.changed(["bld/clean"], edited)).toEqual({ do: "build", because: ["bld/clean"] });
  });

  test("what comes before the build begins is one reason more", () => {
    const plan = watching();
    plan.end();
    plan.changed(["data/a.txt"], asMade);
    expect(plan.changed(["data/raw.csv"], asMade)).toEqual({ do: "build", because: ["data/a.txt", "data/raw.csv"] });
    plan.begin();
    expect(plan.end()).toEqual({ do: "wait" });
  });
});

describe("while a build is at work", () => {
  test("it is told, and another follows", () => {
    const plan = watching();
    expect(plan.changed(["data/raw.csv", "README.md"], asMade)).toEqual({ do: "tell", places: ["data/raw.csv"] });
    expect(plan.changed(["src/a.ts"], asMade)).toEqual({ do: "tell", places: ["src/a.ts"] });
    expect(plan.end()).toEqual({ do: "build", because: ["data/raw.csv", "src/a.ts"] });
  });

  test("what it writes itself is nothing new", () => {
    const plan = watching();
    expect(plan.changed(["bld/clean", "out/x"], edited)).toEqual({ do: "wait" });
    expect(plan.end()).toEqual({ do: "wait" });
  });
});

test("as long as no build has told what it is about, everything counts", () => {
  const plan = new WatchPlan();
  plan.begin();
  expect(plan.changed(["README.md"], asMade)).toEqual({ do: "tell", places: ["README.md"] });
  expect(plan.end()).toEqual({ do: "build", because: ["README.md"] });
});
