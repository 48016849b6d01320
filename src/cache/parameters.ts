import { markOf } from "../codec/digest.ts";
import { suggest } from "../config/nearest.ts";
import { OptionError } from "../errors.ts";
import type { Parameters } from "./code.ts";

const UNDEFINED = (): string => markOf(undefined, { task: "", role: "input" }, null).text;

/**
 * The marks of a call's arguments in the one form that all equal calls share: literal defaults are filled in, what
 * counts as left out is left out, and ignored parameters count as undefined.
 */
export class Signature {
  private readonly parameters: Parameters;
  private readonly nothing = UNDEFINED();
  private readonly defaults: readonly (string | null)[];
  private readonly ignored: ReadonlySet<number>;

  /** @throws OptionError for a name in `ignore` that no parameter has. */
  constructor(task: string, parameters: Parameters, ignore: readonly string[]) {
    this.parameters = parameters;
    this.defaults = parameters.defaults.map(each =>
      each === null ? null : markOf(each.value, { task, role: "input" }, null).text,
    );
    this.ignored = new Set(ignore.map(name => positionOf(name, task, parameters)));
  }

  normal(marks: readonly string[]): readonly string[] {
    const { nothing, defaults, parameters } = this;
    // Most calls give all that there is, and nothing that is left out in the end.
    if (this.ignored.size === 0 && (parameters.open || isWhole(marks, parameters.names.length, nothing))) return marks;
    const normal = [...marks];
    if (parameters.open) {
      for (const at of this.ignored) if (at < normal.length) normal[at] = nothing;
      return normal;
    }
    normal.length = parameters.names.length;
    for (let at = 0; at < normal.length; at++) {
      const mark = this.ignored.has(at) ? nothing : (marks[at] ?? nothing);
      normal[at] = mark === nothing && !this.ignored.has(at) ? (defaults[at] ?? nothing) : mark;
    }
    while (normal.at(-1) === nothing) normal.pop();
    return normal;
  }
}

function isWhole(marks: readonly string[], count: number, nothing: string): boolean {
  if (marks.length !== count) return false;
  for (const mark of marks) if (mark === nothing) return false;
  return true;
}

function positionOf(name: string, task: string, { names }: Parameters): number {
  const at = names.indexOf(name);
  if (at >= 0) return at;
  const known = names.filter(each => each !== null);
  const patterns = known.length < names.length;
  const listed = known.length === 0 ? "" : suggest(name, known, "parameter");
  const apart = patterns
    ? "A parameter that is taken apart, such as ({ verbose }), has no name: only whole parameters can be ignored."
    : "";
  const hint = `${listed} ${apart}`.trim() || "The task has no parameters.";
  throw new OptionError({ where: `task "${task}", cache.ignore`, problem: `no parameter is called "${name}"`, hint });
}
