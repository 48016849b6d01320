import fc from "fast-check";
import { expect, test } from "vitest";
import { bundleOf } from "./bundle.ts";
import { type Edit, edited, edits } from "./editing.ts";
import { fileOf, filesOf, type Project, projects } from "./generated.ts";
import { codeOf, type Files } from "./memory.ts";

/** `HEDDLE_ORACLE_RUNS=500` for a longer look: each is a project and six edits. */
const RUNS = Number(process.env["HEDDLE_ORACLE_RUNS"] ?? 25);
const EDITS = 6;

interface Seen {
  readonly files: Files;
  readonly bundle: string | null;
  readonly digest: string;
}

async function see(project: Project): Promise<Seen> {
  const files = filesOf(project);
  const file = fileOf(project.modules[0]!);
  const bundle = await bundleOf(files, file, "subject");
  return { files, bundle, digest: codeOf(files, file, "subject").digest };
}

function changes(before: Files, after: Files): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter(name => before[name] !== after[name])
    .map(name => `--- ${name}\n${before[name]}\n+++ ${name}\n${after[name]}`)
    .join("\n");
}

test("whatever changes what a tree-shaker keeps changes the closure", { timeout: 3_600_000 }, async () => {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(projects, fc.array(edits, { minLength: EDITS, maxLength: EDITS }), async (first, list) => {
      let project = first;
      let before = await see(project);
      for (const edit of list) {
        const next = edited(project, edit);
        const after = await see(next);
        judge(edit, before, after, count);
        if (after.bundle === null) continue;
        project = next;
        before = after;
      }
    }),
    {
      numRuns: RUNS,
      endOnFailure: RUNS > 25,
      ...(process.env["HEDDLE_ORACLE_SEED"] && { seed: Number(process.env["HEDDLE_ORACLE_SEED"]) }),
    },
  );
  if (RUNS > 25) console.log(Object.fromEntries([...counts].sort()));
});

function judge(edit: Edit, before: Seen, after: Seen, count: (what: string) => void): void {
  if (before.bundle === null || after.bundle === null) {
    count("refused");
    return;
  }
  const [bundle, digest] = [before.bundle !== after.bundle, before.digest !== after.digest];
  count(bundle ? "both change" : digest ? `only the closure changes: ${edit.kind}` : "neither changes");
  if (edit.kind === "noise") expect(digest, changes(before.files, after.files)).toBe(false);
  if (bundle && !digest) {
    expect.fail(
      `${edit.kind}\n${changes(before.files, after.files)}\n\n${Object.entries(before.files)
        .map(([name, text]) => `== ${name}\n${text}`)
        .join("\n")}\n--- bundle\n${before.bundle}\n+++ bundle\n${after.bundle}`,
    );
  }
}
