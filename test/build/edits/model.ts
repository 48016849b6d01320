/** What a build has to do, worked out as naively as can be: contents in memory, and what each target saw last. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { fileOf, type Project, type Step } from "./project.ts";

export type Disk = Map<string, string>;
export type Ended = "completed" | "fresh" | "failed" | "upstreamFailed" | "skipped";

interface Seen {
  readonly code: string;
  readonly inputs: string;
  readonly made: string;
  readonly result: unknown;
}

export interface Expected {
  readonly states: Readonly<Record<string, Ended>>;
  /** What ran, sorted. */
  readonly ran: readonly string[];
}

export class Model {
  readonly disk: Disk = new Map();
  private readonly seen = new Map<string, Seen>();

  /** What a build does now; the disk is as it leaves it. */
  build(project: Project): Expected {
    const states: Record<string, Ended> = {};
    const ran: string[] = [];
    const settle = (name: string, state: Ended) => {
      states[name] = state;
      if (state === "completed" || state === "failed") ran.push(name);
    };
    const take = (step: Step) => {
      const needs = needsOf(step, project.steps).map(name => states[name]!);
      if (step.isSkipped || needs.includes("skipped")) settle(step.name, "skipped");
      else if (needs.some(state => state === "failed" || state === "upstreamFailed"))
        settle(step.name, "upstreamFailed");
      else settle(step.name, this.judge(step, project));
    };
    for (const step of project.steps) {
      take(step);
      const isThere = states[step.name] === "completed" || states[step.name] === "fresh";
      if (!step.returnsPieces || !isThere) continue;
      for (let k = 0; k < Number(this.resultOf(step.name)); k += 1) take(pieceOf(k));
    }
    return { states, ran: ran.sort() };
  }

  private judge(step: Step, project: Project): Ended {
    const inputs = this.inputsOf(step, project);
    const code = codeOf(step, project);
    const known = this.seen.get(step.name);
    const saw = JSON.stringify(inputs);
    if (known?.code === code && known.inputs === saw && known.made === this.madeBy(step)) return "fresh";
    if (step.fails) return "failed";
    const result = this.make(step, helped(step, inputs, project));
    this.seen.set(step.name, { code, inputs: saw, made: this.madeBy(step), result });
    return "completed";
  }

  private resultOf(name: string): unknown {
    return this.seen.get(name)?.result;
  }

  private inputsOf(step: Step, { sources, steps }: Project): [string, string][] {
    const { sources: read, files, folder, result, value } = step;
    const source = (at: number) => this.file(sources[at]!);
    const inputs: [string, string][] = read.map(at => [`s${at}`, source(at)]);
    if (isPiece(step)) inputs.unshift(["k", String(value)]);
    for (const { of } of files) inputs.push([of, this.file(`bld/${of}.txt`)]);
    if (folder !== null) inputs.push(["folder", this.all(path => path.startsWith(`bld/${folder.of}.d/`))]);
    if (result !== null) {
      const returnsPieces = steps.find(({ name }) => name === result)!.returnsPieces;
      const count = String(this.resultOf(result));
      inputs.push([
        "result",
        returnsPieces ? `count:${count};pieces:${"undefined,".repeat(Number(count)).slice(0, -1)}` : count,
      ]);
    }
    if (step.takesAll) inputs.push(["all", this.all(path => /^src\/[^/]*\.txt$/.test(path))]);
    if (step.sums) inputs.push(["made", this.all(path => /^bld\/[^/]*\.txt$/.test(path))]);
    if (!isPiece(step)) inputs.push(["value", step.isNested ? `deep:${source(read[0]!)},${value}` : String(value)]);
    return inputs;
  }

  private file(path: string): string {
    return `${basename(path)}=${this.disk.get(path)}`;
  }

  private all(takes: (path: string) => boolean): string {
    return [...this.disk.keys()]
      .filter(takes)
      .sort((a, b) => (a < b ? -1 : 1))
      .map(path => this.file(path))
      .join();
  }

  private make(step: Step, text: string): unknown {
    const { name, number, makesMore, makesFolder, isCoarse } = step;
    const all = createHash("md5")
      .update(number + text)
      .digest("hex")
      .slice(0, 8);
    const made = isCoarse ? String(Number.parseInt(all[0]!, 16) % 2) : all;
    this.disk.set(outputOf(step), `${number}:${made}`);
    if (makesMore) this.disk.set(`bld/more/${name}.json`, `more ${made}`);
    if (makesFolder) {
      for (const path of this.disk.keys()) if (path.startsWith(`bld/${name}.d/`)) this.disk.delete(path);
      for (let i = 0; i <= Number.parseInt(made[0]!, 16) % 3; i += 1) {
        this.disk.set(`bld/${name}.d/${i}.txt`, `${i} ${made}`);
      }
    }
    return Number.parseInt(made.at(-1)!, 16) % 4;
  }

  private madeBy(step: Step): string {
    return JSON.stringify(
      outputsOf(step).map(path => (path.endsWith("/") ? this.all(each => each.startsWith(path)) : this.disk.get(path))),
    );
  }
}

/** Where a step's outputs are; folders end with a slash. */
export function outputsOf(step: Step): string[] {
  const { name, makesMore, makesFolder } = step;
  return [outputOf(step), ...(makesMore ? [`bld/more/${name}.json`] : []), ...(makesFolder ? [`bld/${name}.d/`] : [])];
}

function outputOf(step: Step): string {
  return isPiece(step) ? `bld/pieces/${step.value}.txt` : fileOf(step);
}

function needsOf(step: Step, steps: readonly Step[]): string[] {
  const { files, folder, result, after, sums } = step;
  const named = [...files.map(({ of }) => of), folder?.of, result, after].filter(name => name != null);
  return sums ? [...named, ...steps.flatMap(each => (each.sums ? [] : each.name))] : named;
}

/** What of the code a step can reach; comments do not count. */
function codeOf({ number, helper, isCoarse, fails }: Step, { helpers }: Project): string {
  const reached = helper === null ? [] : helper === 1 ? [helpers[1], helpers[0]] : [helpers[helper]];
  return JSON.stringify([number, helper, reached, isCoarse, fails]);
}

function helped({ helper }: Step, inputs: readonly (readonly [string, string])[], { helpers }: Project): string {
  const text = inputs.map(([name, value]) => `${name}:${value}`).join(";");
  const first = `${text}0:${helpers[0]}`;
  return [first, `${first}1:${helpers[1]}`, `${text}2:${helpers[2]}`][helper ?? -1] ?? text;
}

function isPiece({ name }: Pick<Step, "name">): boolean {
  return name.startsWith("piece(");
}

function pieceOf(k: number): Step {
  return {
    name: `piece(${k})`,
    home: "first",
    sources: [1],
    files: [{ of: "t0", by: "reference" }],
    ...{ folder: null, result: null, after: null, takesAll: false, sums: false, isNested: false },
    helper: 0,
    ...{ makesMore: false, makesFolder: false, isCoarse: false, returnsPieces: false },
    ...{ number: 1, value: k, fails: false, isSkipped: false, isAtomic: true, comment: 0 },
  };
}
