/** Edits of generated projects, as people make them. */
import fc from "fast-check";
import { formOf, type Module, NOISES, namedOf, type Project, WAYS } from "./generated.ts";

export const KINDS = [
  "literal",
  "use",
  "form",
  "insert",
  "remove",
  "swap",
  "way",
  "redirect",
  "besides",
  "order",
  "typed",
  "subject",
  "rename",
  "noise",
] as const;

export interface Edit {
  readonly kind: (typeof KINDS)[number];
  readonly module: number;
  readonly place: number;
  readonly value: number;
}

export const edits: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...KINDS),
  module: fc.nat(10_000),
  place: fc.nat(10_000),
  value: fc.nat(10_000),
});

/** The project after the edit. */
export function edited(before: Project, { kind, module, place, value }: Edit): Project {
  const project = structuredClone(before);
  const of = project.modules[module % project.modules.length]!;
  const at = of.statements.length === 0 ? 0 : place % of.statements.length;
  const one = of.statements[at];
  const names = namedOf(project);
  const name = names[value % names.length] ?? "Math";
  switch (kind) {
    case "literal":
      if (one !== undefined) one.literal += 1;
      break;
    case "use":
      if (one !== undefined) one.uses[value % 2] = name;
      break;
    case "form":
      if (one?.form.named === formOf(value).named) one.form = formOf(value);
      break;
    case "insert":
      of.statements.splice(at, 0, {
        name: `v${of.number}_${100 + of.statements.length}`,
        form: formOf(value),
        literal: 5,
        uses: [name, names[0] ?? "Math"],
        noise: 0,
      });
      break;
    case "remove":
      if (one !== undefined && !(one.form.named && isUsed(project, one.name))) of.statements.splice(at, 1);
      break;
    case "swap":
      if (one !== undefined) of.statements.splice((at + 1) % of.statements.length, 0, ...of.statements.splice(at, 1));
      break;
    case "way":
      of.ways[place % of.ways.length] = WAYS[value % WAYS.length]!;
      break;
    case "redirect":
      redirect(of, at, value);
      break;
    case "besides":
      if (value % 3 === 0) of.besides.pop();
      else of.besides.push({ module: place % project.modules.length, named: value % 3 === 1 });
      break;
    case "order":
      of.fromTheEnd = !of.fromTheEnd;
      break;
    case "typed":
      of.typed = !of.typed;
      break;
    case "subject":
      if (value % 2 === 0) project.literal += 1;
      else project.uses[place % project.uses.length] = name;
      break;
    case "rename":
      if (one?.form.named === true) rename(project, one.name, `v${of.number}_${1000 + value}`);
      break;
    case "noise":
      if (one !== undefined) one.noise = value % NOISES;
      break;
  }
  return project;
}

function redirect(of: Module, at: number, value: number): void {
  const own = of.statements.filter(one => one.form.named);
  const from = own[at % own.length];
  const to = own[value % own.length];
  if (from !== undefined && to !== undefined) of.redirected.set(from.name, to.name);
}

function isUsed(project: Project, name: string): boolean {
  const text = JSON.stringify(project, (_, value: unknown) => (value instanceof Map ? [...value] : value));
  return text.split(`"${name}"`).length > 2;
}

function rename(project: Project, from: string, to: string): void {
  const names = (name: string) => (name === from ? to : name);
  project.uses = project.uses.map(names);
  for (const module of project.modules) {
    module.redirected = new Map([...module.redirected].map(([one, other]) => [names(one), names(other)]));
    for (const one of module.statements) {
      one.name = names(one.name);
      one.uses = [names(one.uses[0]), names(one.uses[1])];
    }
  }
}
