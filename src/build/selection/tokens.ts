/** The tokens of an expression that chooses targets. */

export interface Token {
  readonly kind: "and" | "or" | "not" | "(" | ")" | "name" | "end";
  /** As it is written; of a name what it stands for. */
  readonly text: string;
  /** Where it begins, from 1. */
  readonly column: number;
}

/** What is wrong with an expression, and where: from 1. */
export interface Misspelling {
  readonly problem: string;
  readonly column: number;
}

const OPERATORS = new Set(["and", "or", "not"]);

/** The tokens, ended by one of the kind `end`. */
export function tokensOf(text: string): readonly Token[] | Misspelling {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const sign = text[at]!;
    const column = at + 1;
    if (/\s/.test(sign)) at += 1;
    else if (sign === "(" || sign === ")") {
      tokens.push({ kind: sign, text: sign, column });
      at += 1;
    } else if (sign === '"' || sign === "'") {
      const end = text.indexOf(sign, at + 1);
      if (end < 0) return { problem: `the quotation mark ${sign} has no counterpart`, column };
      tokens.push({ kind: "name", text: text.slice(at + 1, end), column });
      at = end + 1;
    } else {
      const end = endOfName(text, at);
      if (typeof end !== "number") return end;
      const name = text.slice(at, end);
      tokens.push({ kind: OPERATORS.has(name) ? (name as Token["kind"]) : "name", text: name, column });
      at = end;
    }
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1 });
  return tokens;
}

/** Names may go on in brackets, as `part(3)` and `clean[2024]` do; operators do not. */
function endOfName(text: string, start: number): number | Misspelling {
  let end = start;
  while (end < text.length && !/[\s()"']/.test(text[end]!)) end += 1;
  if (text[end] !== "(" || OPERATORS.has(text.slice(start, end))) return end;
  const open = end;
  let depth = 0;
  for (let quote = ""; end < text.length; end += 1) {
    const sign = text[end]!;
    if (quote !== "") {
      if (sign === "\\") end += 1;
      else if (sign === quote) quote = "";
    } else if (sign === '"') quote = sign;
    else if (sign === "(") depth += 1;
    else if (sign === ")") {
      depth -= 1;
      if (depth === 0) return end + 1;
    }
  }
  return { problem: "this bracket is never closed", column: open + 1 };
}
