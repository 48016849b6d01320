/** Random edits, of a project on the disk and of the model's. */
import fc from "fast-check";
import { type Disk, outputsOf } from "./model.ts";
import { HELPERS, type Project, SOURCES, type Step } from "./project.ts";

/** How edits reach the real disk. */
export interface Hand {
  write(path: string, text: string): void;
  /** Of the same length, and with the times that it had. */
  writeBehind(path: string, text: string): void;
  remove(path: string): void;
  touch(path: string): void;
}

/** What an edit is of, and what it can do. */
interface Scene {
  readonly project: Project;
  readonly at: number;
  readonly to: number;
  readonly source: string;
  readonly step: Step;
  /** A file that was made, and all of them. */
  readonly output: string | undefined;
  readonly made: readonly string[];
  readonly disk: Disk;
  readonly hand: Hand;
  write(path: string, text: string): void;
  remove(path: string): void;
}

const KINDS = {
  source: ({ write, source, to }) => write(source, `edited ${to}`),
  "source back": ({ write, source }) => write(source, "first"),
  "source behind the clock": ({ disk, hand, source, to }) => {
    const text = disk.get(source)!.replace(/.$/, String(to));
    disk.set(source, text);
    hand.writeBehind(source, text);
  },
  "source touched": ({ hand, source }) => hand.touch(source),
  "one more source": ({ write, at, to }) => write(`src/more${to}.txt`, String(at)),
  "one source less": ({ disk, remove, to }) => {
    if (disk.has(`src/more${to}.txt`)) remove(`src/more${to}.txt`);
  },
  "output edited": ({ write, output, to }) => {
    if (output !== undefined) write(output, `edited ${to}`);
  },
  "output deleted": ({ remove, output }) => {
    if (output !== undefined) remove(output);
  },
  "output touched": ({ hand, output }) => {
    if (output !== undefined) hand.touch(output);
  },
  "folder edited": ({ write, made, to }) => {
    const inside = made.find(path => path.includes(".d/"));
    if (inside !== undefined) write(inside.replace(/[^/]*$/, `extra${to}.txt`), "extra");
  },
  number: ({ step, to }) => {
    step.number = to;
  },
  helper: ({ project, at, to }) => {
    project.helpers[at % HELPERS] = to;
  },
  value: ({ step, to }) => {
    step.value = to;
  },
  fails: ({ step }) => {
    step.fails = !step.fails;
  },
  skipped: ({ step, to }) => {
    step.isSkipped = !step.isSkipped && to === 0;
  },
  atomic: ({ step }) => {
    step.isAtomic = !step.isAtomic;
  },
  comment: ({ step }) => {
    step.comment += 1;
  },
  "taken out": takeOut,
  "put back": putBack,
  nothing: () => {},
} satisfies Record<string, (scene: Scene) => void>;

export interface Edit {
  readonly kind: keyof typeof KINDS;
  readonly at: number;
  readonly to: number;
}

export const edits: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
  at: fc.nat(60),
  to: fc.nat(3),
});

export function edit({ kind, at, to }: Edit, project: Project, disk: Disk, hand: Hand): void {
  const made = [...disk.keys()].filter(path => path.startsWith("bld/")).sort();
  KINDS[kind]({
    ...{ project, disk, hand, at, to, made },
    source: project.sources[at % SOURCES]!,
    step: project.steps[at % project.steps.length]!,
    output: made[at % made.length],
    write(path, text) {
      disk.set(path, text);
      hand.write(path, text);
    },
    remove(path) {
      disk.delete(path);
      hand.remove(path);
    },
  });
}

/** A target that no other takes goes, with what it has made. */
function takeOut({ project, at, made, remove }: Scene): void {
  // Pieces take the first.
  const taken = new Set(
    project.steps.flatMap(({ files, folder, result, after }) => [
      ...files.map(({ of }) => of),
      folder?.of,
      result,
      after,
    ]),
  );
  const free = project.steps.filter(
    ({ name, returnsPieces, sums }) => !taken.has(name) && name !== "t0" && !returnsPieces && !sums,
  );
  const step = free[at % free.length];
  if (step === undefined) return;
  project.steps = project.steps.filter(each => each !== step);
  project.aside.push(step);
  const gone = outputsOf(step);
  for (const path of made)
    if (gone.some(each => (each.endsWith("/") ? path.startsWith(each) : path === each))) remove(path);
}

/** It comes back before the last, which takes what all have made. */
function putBack({ project }: Scene): void {
  const step = project.aside.pop();
  if (step === undefined) return;
  const known = new Set(project.steps.map(({ name }) => name));
  const needs = [...step.files.map(({ of }) => of), step.folder?.of, step.result, step.after].filter(
    name => name != null,
  );
  if (needs.every(name => known.has(name))) project.steps.splice(-1, 0, step);
  else project.aside.unshift(step);
}
