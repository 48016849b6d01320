/** Expressions that choose targets: names, `and`, `or`, `not` and brackets, as in `clean and not (slow or plot)`. */
import { type Misspelling, type Token, tokensOf } from "./tokens.ts";

export interface Expression {
  /** @param has Whether a name of the expression is one of what is to be chosen, or not. */
  matches(has: (name: string) => boolean): boolean;
  /** The names in it, in order. */
  readonly names: readonly string[];
}

export type { Misspelling };

export function isMisspelt(parsed: Expression | Misspelling): parsed is Misspelling {
  return "problem" in parsed;
}

/** A name, or what an operator makes of what stands before it, as in `a b not and`. */
type Step = { readonly name: string } | "and" | "or" | "not";

const BINDS = { or: 1, and: 2, not: 3, "(": 0 } as const;

/** `not` binds closer than `and`, and that closer than `or`. */
export function parseExpression(text: string): Expression | Misspelling {
  const tokens = tokensOf(text);
  if ("problem" in tokens) return tokens;
  const steps: Step[] = [];
  const open: Token[] = [];
  let wantsName = true;
  for (const [at, token] of tokens.entries()) {
    const { kind, column } = token;
    const wrong = misplaced(token, tokens[at - 1], wantsName);
    if (wrong !== null) return { problem: wrong, column };
    if (kind === "name") steps.push({ name: token.text });
    else if (kind === "(" || kind === "not") open.push(token);
    else {
      take(open, steps, kind === "and" || kind === "or" ? BINDS[kind] : 1);
      if (kind === ")" && open.pop() === undefined) return { problem: "this bracket was never opened", column };
      if (kind === "and" || kind === "or") open.push(token);
      const left = kind === "end" ? open.pop() : undefined;
      if (left !== undefined) return { problem: "this bracket is never closed", column: left.column };
    }
    wantsName = kind !== "name" && kind !== ")";
  }
  return {
    names: steps.flatMap(step => (typeof step === "object" ? [step.name] : [])),
    matches: has => outcome(steps, has),
  };
}

/** Operators that bind at least so closely come before what follows. */
function take(open: Token[], steps: Step[], closely: number): void {
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    if (BINDS[last.kind as keyof typeof BINDS] < closely) return;
    steps.push(last.kind as "and" | "or" | "not");
    open.pop();
  }
}

function misplaced({ kind, text }: Token, before: Token | undefined, wantsName: boolean): string | null {
  const begins = kind === "name" || kind === "not" || kind === "(";
  if (wantsName === begins) return null;
  if (!wantsName) return `"and" or "or" is missing before ${kind === "name" ? `"${text}"` : `"${kind}"`}`;
  if (before === undefined && kind === "end") return "there is no name in it";
  const behind = before === undefined ? "at its beginning" : `behind "${before.text}"`;
  return `a name is missing ${behind}`;
}

function outcome(steps: readonly Step[], has: (name: string) => boolean): boolean {
  const values: boolean[] = [];
  for (const step of steps) {
    if (typeof step === "object") values.push(has(step.name));
    else if (step === "not") values.push(!values.pop()!);
    else {
      const [left, right] = [values.pop()!, values.pop()!];
      values.push(step === "and" ? left && right : left || right);
    }
  }
  return values.pop()!;
}
