/** The files of a new project. */

export interface ProjectFacts {
  /** As npm allows it. */
  readonly name: string;
  readonly heddle: string;
  /** Whether this Node runs TypeScript only with the help of tsx. */
  readonly needsTsx: boolean;
}

const PIPELINE = `import { flow, task } from "heddle";

/** A task is a function with a name. This one reads a page, or whatever you make of it. */
export const countWords = task("countWords", { retries: 2 }, (text: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of text.toLowerCase().match(/\\p{L}+/gu) ?? []) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
});

export const merge = task("merge", (parts: Record<string, number>[]): Record<string, number> => {
  const total: Record<string, number> = {};
  for (const part of parts) {
    for (const [word, count] of Object.entries(part)) total[word] = (total[word] ?? 0) + count;
  }
  return total;
});

/** A flow calls tasks. Futures go in, values arrive: merge starts when every count is there. */
export default flow("wordReport", (texts: string[] = ["the warp and the weft", "the heddle lifts the warp"]) =>
  merge.submit(countWords.map(texts)),
);
`;

const CONFIG = `import { defineConfig } from "heddle";

export default defineConfig({
  // Where calls run: "inline", "threads" or "processes"; \`-n\` and \`--runner\` come before it.
  runner: "threads",
  workers: "auto",
});
`;

const GITIGNORE = `node_modules/
.heddle/
`;

/** Each file of the project with its text, by its path. */
export function projectFiles(facts: ProjectFacts): ReadonlyMap<string, string> {
  return new Map([
    ["package.json", packageJson(facts)],
    ["pipeline.ts", PIPELINE],
    ["heddle.config.ts", CONFIG],
    ["tsconfig.json", tsconfig()],
    [".gitignore", GITIGNORE],
  ]);
}

/** The packages that the project needs beyond those it has. */
export function dependencies({ heddle, needsTsx }: ProjectFacts): Readonly<Record<string, string>> {
  return needsTsx ? { heddle: `^${heddle}`, tsx: "^4.19.0" } : { heddle: `^${heddle}` };
}

function packageJson(facts: ProjectFacts): string {
  return json({
    name: facts.name,
    version: "0.0.0",
    private: true,
    type: "module",
    scripts: { start: "heddle run pipeline.ts" },
    dependencies: dependencies(facts),
  });
}

function tsconfig(): string {
  return json({
    compilerOptions: {
      target: "ES2023",
      module: "NodeNext",
      moduleResolution: "NodeNext",
      strict: true,
      noUncheckedIndexedAccess: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ["**/*.ts"],
    exclude: ["node_modules"],
  });
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
