/** Projects made at random: modules of statements that use one another's names, imported in any way. */
import fc from "fast-check";
import { FORMS, type Form } from "./forms.ts";
import type { Files } from "./memory.ts";

export interface Statement {
  name: string;
  form: Form;
  literal: number;
  /** Names of statements, here or in other modules. */
  uses: [string, string];
  /** Comments, types and line ends that say nothing. */
  noise: number;
}

/** How a module takes names from another. */
export const WAYS = ["named", "namespace", "renamed", "star", "list", "nested"] as const;

export interface Module {
  readonly number: number;
  typed: boolean;
  statements: Statement[];
  /** By the number of the other module. */
  ways: (typeof WAYS)[number][];
  /** Modules that are imported besides, with or without a name that nobody uses. */
  besides: { module: number; named: boolean }[];
  /** Where the list of re-exports of this module leads for a name. */
  redirected: Map<string, string>;
  default: string;
  fromTheEnd: boolean;
}

export interface Project {
  readonly modules: Module[];
  literal: number;
  uses: string[];
}

const index = fc.nat(10_000);
const statement = fc.record({ form: index, literal: fc.nat(9), uses: fc.tuple(index, index) });
const module = fc.record({
  typed: fc.boolean(),
  statements: fc.array(statement, { minLength: 1, maxLength: 5 }),
  ways: fc.array(fc.nat(WAYS.length - 1), { minLength: 5, maxLength: 5 }),
  besides: fc.array(fc.record({ module: index, named: fc.boolean() }), { maxLength: 2 }),
});

export const projects: fc.Arbitrary<Project> = fc
  .record({
    modules: fc.array(module, { minLength: 2, maxLength: 5 }),
    uses: fc.array(index, { minLength: 1, maxLength: 3 }),
  })
  .map(({ modules, uses }) => {
    const names = modules.flatMap((each, at) => each.statements.map((_, place) => `v${at}_${place}`));
    const named = names.filter((_, at) => formOf(modules.flatMap(each => each.statements)[at]!.form).named);
    const pick = (at: number) => named[at % named.length] ?? "Math";
    return {
      literal: 1,
      uses: uses.map(pick),
      modules: modules.map((each, number) => ({
        number,
        typed: each.typed,
        statements: each.statements.map(({ form, literal, uses: [one, two] }, place) => ({
          name: `v${number}_${place}`,
          form: formOf(form),
          literal,
          uses: [pick(one), pick(two)] as [string, string],
          noise: 0,
        })),
        ways: each.ways.map(way => WAYS[way]!),
        besides: each.besides.map(one => ({ ...one, module: one.module % modules.length })),
        redirected: new Map(),
        default: pick(number),
        fromTheEnd: false,
      })),
    };
  });

export function formOf(at: number): Form {
  return FORMS[at % FORMS.length]!;
}

export function namedOf(project: Project): string[] {
  return project.modules.flatMap(each => each.statements.filter(one => one.form.named).map(one => one.name));
}

export function filesOf(project: Project): Files {
  const files: Record<string, string> = {};
  for (const each of project.modules) {
    files[`${fileOf(each)}`] = textOf(project, each);
    const names = each.statements.filter(one => one.form.named).map(one => one.name);
    files[`star${each.number}.js`] = `export * from "./${fileOf(each)}";`;
    files[`nested${each.number}.js`] = `export * as inner from "./${fileOf(each)}";`;
    const list = names.map(name => `${each.redirected.get(name) ?? name} as ${name}`);
    files[`list${each.number}.js`] = `export { ${list.join(", ")} } from "./${fileOf(each)}";`;
  }
  return files;
}

export function fileOf(module: Module): string {
  return `m${module.number}.${isTyped(module) ? "ts" : "js"}`;
}

function isTyped({ typed, statements }: Module): boolean {
  return typed || statements.some(one => one.form.typed);
}

function textOf(project: Project, of: Module): string {
  const used = new Set<string>();
  const spell = (name: string) => {
    used.add(name);
    return spelled(of, name);
  };
  const body = of.statements.map(one => printed(project, of, one, spell));
  if (of.number === 0) {
    body.push(`export function subject(n) { return [n, ${project.literal}, ${project.uses.map(spell).join(", ")}]; }`);
    body.push(`export const subjectTask = task("subject", subject);`);
  }
  const own = of.statements.find(one => one.form.named);
  if (own !== undefined) body.push(`export { ${own.name} as default };`);
  const imports = project.modules.flatMap(other => importsOf(of, other, used));
  for (const { module: number, named } of of.besides) {
    const other = project.modules[number]!;
    const name = other.statements.find(one => one.form.named)?.name;
    if (other === of) continue;
    imports.push(
      named && name !== undefined
        ? `import { ${name} as idle_${number} } from "./${fileOf(other)}";`
        : `import "./${fileOf(other)}";`,
    );
  }
  if (of.fromTheEnd) imports.reverse();
  return [`import { task } from "heddle";`, ...new Set(imports), ...body].join("\n");
}

function ownerOf(name: string): number {
  return Number(/^v(\d+)_/.exec(name)?.[1] ?? -1);
}

function spelled(of: Module, name: string): string {
  const owner = ownerOf(name);
  if (owner === -1 || owner === of.number) return name;
  const way = of.ways[owner % of.ways.length]!;
  if (way === "namespace") return `ns${owner}.${name}`;
  if (way === "nested") return `ns${owner}.inner.${name}`;
  return way === "renamed" ? `${name}_here` : name;
}

function importsOf(of: Module, other: Module, used: ReadonlySet<string>): string[] {
  const names = [...used].filter(name => ownerOf(name) === other.number);
  if (other === of || names.length === 0) return [];
  const file = `./${fileOf(other)}`;
  switch (of.ways[other.number % of.ways.length]!) {
    case "namespace":
      return [`import * as ns${other.number} from "${file}";`];
    case "nested":
      return [`import * as ns${other.number} from "./nested${other.number}.js";`];
    case "renamed":
      return [`import { ${names.map(name => `${name} as ${name}_here`).join(", ")} } from "${file}";`];
    case "star":
      return [`import { ${names.join(", ")} } from "./star${other.number}.js";`];
    case "list":
      return [`import { ${names.join(", ")} } from "./list${other.number}.js";`];
    default:
      return [`import { ${names.join(", ")} } from "${file}";`];
  }
}

const NOISE: readonly ((text: string, typed: boolean) => string)[] = [
  text => text,
  text => `/* why */ ${text} // so`,
  text => `\n\n  ${text.replaceAll("; ", ";\n\t")}\n`,
  text => `/**\n * Tells.\n */\n${text}`,
  (text, typed) => (typed ? `interface Shape { a: string }\ntype Kind = Shape["a"];\n${text}` : text),
  (text, typed) => (typed ? text.replace(/^export (const|let) (\w+) =/, "export $1 $2: any =") : text),
  (text, typed) => (typed ? `declare const nowhere: 1;\n${text}` : text),
];
export const NOISES = NOISE.length;

function printed(project: Project, of: Module, one: Statement, spell: (name: string) => string): string {
  const other = project.modules[ownerOf(one.uses[0])] ?? project.modules[0]!;
  const text = one.form.text.replace(/R_LOCAL|MODULE|\bN\w*|\b[RS1]\b|(?<=[ab])1/g, part => {
    if (part === "R_LOCAL") return spelled(of, one.uses[0]).replace(/.*\./, "");
    if (part === "MODULE") return `./${fileOf(other)}`;
    if (part === "R") return spell(one.uses[0]);
    if (part === "S") return spell(one.uses[1]);
    if (part === "1") return String(one.literal);
    return part === "N" || part.startsWith("N_") ? one.name + part.slice(1) : part;
  });
  return NOISE[one.noise % NOISE.length]!(text, isTyped(of));
}
