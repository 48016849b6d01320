/** What the analysis needs of a syntax tree: nodes as ESTree has them, with TypeScript's. */
import { createRequire } from "node:module";

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [part: string]: unknown;
}

export interface Module {
  readonly body: readonly Node[];
  /** Where calls begin that a comment says have no effects. */
  readonly pure: ReadonlySet<number>;
  /** What comments say of JSX, such as `@jsxImportSource preact`. */
  readonly jsx: string;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

export function node(value: unknown): Node {
  return value as Node;
}

export function nodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The nodes below a node, in order. */
export function* children(parent: Node): Generator<Node> {
  for (const key in parent) {
    const value = parent[key];
    if (isNode(value)) yield value;
    else if (Array.isArray(value)) for (const each of value) if (isNode(each)) yield each;
  }
}

/** Takes off what TypeScript wraps around an expression, and parentheses. */
export function bare(expression: Node): Node {
  let inner = expression;
  while (WRAPPERS.has(inner.type)) inner = node(inner["expression"]);
  return inner;
}

const WRAPPERS: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "ParenthesizedExpression",
  "ChainExpression",
]);

const RUN_TIME: ReadonlySet<string> = new Set([
  ...WRAPPERS,
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSParameterProperty",
  "TSExportAssignment",
  "TSImportEqualsDeclaration",
  "TSExternalModuleReference",
  "TSQualifiedName",
]);

/** Whether nothing of a node is left when the program runs. */
export function isTypeOnly(at: Node): boolean {
  if (at["declare"] === true) return true;
  switch (at.type) {
    case "Identifier":
      return at["name"] === "this";
    case "MethodDefinition":
      return node(at["value"]).type === "TSEmptyBodyFunctionExpression";
    case "TSModuleDeclaration":
      return !isNode(at["body"]) || isTypeOnly(at["body"]);
    case "TSModuleBlock":
      return nodes(at["body"]).every(isTypeOnly);
    case "ExportNamedDeclaration":
      return isNode(at["declaration"]) && isTypeOnly(at["declaration"]);
    default:
      return at.type.startsWith("TS") && !RUN_TIME.has(at.type);
  }
}

type Parser = typeof import("oxc-parser");
let parser: Parser | null = null;

/** Loaded when it is first needed, as that takes longer than to parse a file. */
export function loadedParser(): Parser {
  parser ??= createRequire(import.meta.url)("oxc-parser") as Parser;
  return parser;
}

/** How many files were parsed by this process. */
export const parsed = { files: 0 };

/** @throws SyntaxError with the parser's first complaint. */
export function parse(path: string, source: string): Module {
  parsed.files++;
  const { program, comments, errors } = loadedParser().parseSync(path, source, { preserveParens: false });
  if (errors[0] !== undefined) throw new SyntaxError(errors[0].message);
  const pure = new Set<number>();
  const jsx: string[] = [];
  for (const { value, end } of comments) {
    jsx.push(...(value.match(/@jsx\w*\s+\S+/g) ?? []));
    if (/[#@]__PURE__/.test(value)) pure.add(end + /^\s*/.exec(source.slice(end))![0].length);
  }
  return { body: nodes(program.body), pure, jsx: jsx.join(" ") };
}
