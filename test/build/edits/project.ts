/** Random projects of targets, as data, and the texts of their modules. */
import fc from "fast-check";

/** One target. What it makes follows from its inputs, its number, and the helper that it calls. */
export interface Step {
  readonly name: string;
  /** The module that defines it. */
  readonly home: "first" | "second";
  /** Sources, by number; files of earlier targets, each by its path or by the reference to it. */
  readonly sources: readonly number[];
  readonly files: readonly { readonly of: string; readonly by: "path" | "reference" }[];
  /** A folder that an earlier target makes: as a whole, or its files. */
  readonly folder: { readonly of: string; readonly as: "whole" | "files" } | null;
  readonly result: string | null;
  readonly after: string | null;
  /** All files in `src`. */
  readonly takesAll: boolean;
  /** All files in `bld`. */
  readonly sums: boolean;
  /** The value stands in a structure, with the first source beside it. */
  readonly isNested: boolean;
  readonly helper: number | null;
  readonly makesMore: boolean;
  readonly makesFolder: boolean;
  /** Of what it makes little depends on its inputs. */
  readonly isCoarse: boolean;
  /** It returns the pieces that its result counts. */
  readonly returnsPieces: boolean;
  number: number;
  value: number;
  fails: boolean;
  isSkipped: boolean;
  isAtomic: boolean;
  comment: number;
}

export interface Project {
  readonly sources: readonly string[];
  /** The numbers of three helpers; the second calls the first. */
  readonly helpers: number[];
  steps: Step[];
  /** Steps that were taken out, to come back. */
  readonly aside: Step[];
}

export const SOURCES = 4;
export const HELPERS = 3;

const step = fc.record({
  sources: fc.uniqueArray(fc.nat(SOURCES - 1), { minLength: 1, maxLength: 2 }),
  of: fc.array(fc.nat(40), { minLength: 6, maxLength: 6 }),
  by: fc.constantFrom("path" as const, "reference" as const),
  as: fc.constantFrom("whole" as const, "files" as const),
  helper: fc.option(fc.nat(HELPERS - 1)),
  flags: fc.array(fc.nat(5), { minLength: 5, maxLength: 5 }),
});

export const projects: fc.Arbitrary<Project> = fc
  .record({
    raw: fc.array(step, { minLength: 4, maxLength: 9 }),
    helpers: fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }),
  })
  .map(({ raw, helpers }) => {
    const steps: Step[] = [];
    for (const [at, { sources, of, by, as, helper, flags }] of raw.entries()) {
      const isLast = at === raw.length - 1;
      const isSplit = at === 1;
      const earlier = (number: number) => steps[number % (steps.length + 1)]?.name ?? null;
      const named = [...new Set([earlier(of[0]!), earlier(of[1]!)])].filter(name => name !== null);
      const folders = steps.filter(({ makesFolder }) => makesFolder);
      const folder = folders[of[2]! % (folders.length + 1)]?.name;
      steps.push({
        name: isLast ? "sum" : isSplit ? "split" : `t${at}`,
        home: at < raw.length / 2 ? "first" : "second",
        sources,
        files: isLast ? [] : named.map(name => ({ of: name, by })),
        folder: folder === undefined ? null : { of: folder, as },
        result: earlier(of[3]!),
        after: flags[0] === 0 ? earlier(of[4]!) : null,
        takesAll: flags[1] === 0,
        sums: isLast,
        isNested: flags[2] === 0,
        helper,
        makesMore: flags[3] === 0,
        makesFolder: !isLast && flags[4]! < 2,
        isCoarse: flags[3] === 1,
        returnsPieces: isSplit,
        ...{ number: 1, value: 1, fails: false, isSkipped: false, isAtomic: true, comment: 0 },
      });
    }
    return {
      sources: Array.from({ length: SOURCES }, (_, at) => `src/s${at}.txt`),
      helpers: [...helpers],
      steps,
      aside: [],
    };
  });

/** Where a step makes its file. That of the sum is not what the sum takes. */
export function fileOf({ name, sums }: Pick<Step, "name" | "sums">): string {
  return sums ? `bld/sum/${name}.txt` : `bld/${name}.txt`;
}

export function modulesOf({ helpers, steps, sources }: Project): Readonly<Record<string, string>> {
  // Two modules, so that one takes targets of the other.
  const [first, second] = (["first", "second"] as const).map(home => steps.filter(step => step.home === home)) as [
    Step[],
    Step[],
  ];
  const text = (some: readonly Step[]) => some.map(step => textOf(step, sources)).join("");
  return {
    "base.mjs": BASE,
    "helpers.mjs": `
      export const help0 = text => text + "0:${helpers[0]}";
      export const help1 = text => help0(text) + "1:${helpers[1]}";
      export const help2 = text => text + "2:${helpers[2]}";
    `,
    "first.target.mjs": HEAD + text(first) + PIECE,
    "second.target.mjs": `${HEAD}import { ${first.map(({ name }) => name).join(", ")} } from "./first.target.mjs";
${text(second)}`,
  };
}

const HEAD = `
import { dir, file, files, target } from "heddle/build";
import { make, tell, textOf } from "./base.mjs";
import { help0, help1, help2 } from "./helpers.mjs";
`;
const PIECE = `
export const piece = target("piece", k => ({ inputs: { k, s1: file("src/s1.txt"), t0: t0.outputs.o }, outputs: { o: file(\`bld/pieces/\${k}.txt\`) } }),
  (inputs, outputs) => { tell(\`piece(\${inputs.k})\`); return make(outputs, 1, help0(textOf(inputs)), false); });
`;
const BASE = `
import { createHash } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
export const tell = name => appendFileSync(new URL("./told", import.meta.url), name + "\\n");
const digest = text => createHash("md5").update(text).digest("hex").slice(0, 8);
const at = path => basename(path) + "=" + readFileSync(path, "utf8");
function one(value) {
  if (typeof value !== "string") return Array.isArray(value) ? value.map(one).join() : typeof value === "object" ? textOf(value) : String(value);
  return statSync(value).isDirectory() ? readdirSync(value).sort().map(name => at(join(value, name))).join() : at(value);
}
export const textOf = inputs => Object.entries(inputs).map(([name, value]) => name + ":" + one(value)).join(";");
export function make(outputs, number, text, isCoarse) {
  const all = digest(number + text);
  const made = isCoarse ? String(parseInt(all[0], 16) % 2) : all;
  writeFileSync(outputs.o, number + ":" + made);
  if (outputs.more !== undefined) writeFileSync(outputs.more[0], "more " + made);
  if (outputs.d !== undefined) {
    // Who writes in place finds there what is there.
    for (const name of readdirSync(outputs.d)) rmSync(join(outputs.d, name));
    for (let i = 0; i <= parseInt(made[0], 16) % 3; i++) writeFileSync(join(outputs.d, i + ".txt"), i + " " + made);
  }
  return parseInt(made.at(-1), 16) % 4;
}
`;

function textOf(step: Step, sources: readonly string[]): string {
  const { name, number, value, folder, result, after, helper } = step;
  const inputs = [
    ...step.sources.map(at => `s${at}: file("${sources[at]}")`),
    ...step.files.map(({ of, by }) => `${of}: ${by === "path" ? `file("bld/${of}.txt")` : `${of}.outputs.o`}`),
    ...(folder === null ? [] : [`folder: ${folder.of}.outputs.d${folder.as === "files" ? ".files" : ""}`]),
    ...(result === null ? [] : [`result: ${result}.result`]),
    ...(step.takesAll ? [`all: files("src/*.txt")`] : []),
    ...(step.sums ? [`made: files("bld/*.txt")`] : []),
    step.isNested ? `value: { deep: [file("${sources[step.sources[0]!]}"), ${value}] }` : `value: ${value}`,
  ];
  const outputs = [
    `o: file("${fileOf(step)}")`,
    ...(step.makesMore ? [`more: [file("bld/more/${name}.json")]`] : []),
    ...(step.makesFolder ? [`d: dir("bld/${name}.d")`] : []),
  ];
  const options = [
    `inputs: { ${inputs.join(", ")} }`,
    `outputs: { ${outputs.join(", ")} }`,
    ...(after === null ? [] : [`after: [${after}]`]),
    ...(step.isSkipped ? ["skip: true"] : []),
    ...(step.isAtomic ? [] : ["atomic: false"]),
  ];
  const text = helper === null ? "textOf(inputs)" : `help${helper}(textOf(inputs))`;
  const made = `make(outputs, ${number}, ${text}, ${step.isCoarse})`;
  return `
// ${step.comment}
export const ${name} = target("${name}", { ${options.join(", ")} }, (inputs, outputs) => {
  tell("${name}"); // ${step.comment}
  ${step.fails ? `throw new Error("${name} fails");` : ""}
  ${step.returnsPieces ? `const count = ${made}; return { count, pieces: Array.from({ length: count }, (_, k) => piece(k)) };` : `return ${made};`}
});
`;
}
