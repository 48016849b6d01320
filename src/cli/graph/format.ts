/** In which language a graph is written: as asked for, else by the file's ending, else Mermaid. */
import path from "node:path";
import { UsageError } from "../../errors.ts";
import type { DrawOptions, Plan } from "../../graph/plan.ts";
import { planLines } from "../run/plan-lines.ts";
import { stdoutScreen } from "../screen.ts";

export const FORMATS = ["mermaid", "dot", "svg", "json", "text"] as const;
export type Format = (typeof FORMATS)[number];

export interface FormatFlags {
  readonly format?: Format;
  readonly out?: string;
}

/** What can be written in all formats. */
export interface Writable {
  toMermaid(): string;
  toDot(): string;
  toSvg(): Promise<string>;
  toText(): readonly string[];
  toJSON(): unknown;
}

const ENDINGS: Readonly<Record<string, Format>> = {
  ".mmd": "mermaid",
  ".mermaid": "mermaid",
  ".md": "mermaid",
  ".dot": "dot",
  ".gv": "dot",
  ".svg": "svg",
  ".json": "json",
  ".txt": "text",
};

export function formatOf({ format, out }: FormatFlags): Format {
  if (format !== undefined) return format;
  if (out === undefined) return "mermaid";
  const ending = path.extname(out).toLowerCase();
  const known = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (known !== undefined) return known;
  throw new UsageError({
    problem: `--out ${out} does not tell a format${ending === "" ? "" : `: ${ending} is none`}`,
    hint: `Name the file with ${Object.keys(ENDINGS).join(", ")}, or add --format ${FORMATS.join(" | ")}.`,
  });
}

/** Whether the ending of a file is that of a format. */
export function isDrawing(file: string): boolean {
  return Object.hasOwn(ENDINGS, path.extname(file).toLowerCase());
}

export function ofPlan(plan: Plan, options: DrawOptions): Writable {
  return {
    toMermaid: () => plan.toMermaid(options),
    toDot: () => plan.toDot(options),
    toSvg: () => plan.toSvg(options),
    toText: () => planLines(plan, stdoutScreen()),
    toJSON: () => plan,
  };
}

/** Text that ends with a line end; in Markdown a diagram is fenced. */
export async function written(drawn: Writable, flags: FormatFlags): Promise<string> {
  switch (formatOf(flags)) {
    case "mermaid":
      return /\.md$/i.test(flags.out ?? "") ? `\`\`\`mermaid\n${drawn.toMermaid()}\`\`\`\n` : drawn.toMermaid();
    case "dot":
      return drawn.toDot();
    case "svg":
      return `${(await drawn.toSvg()).trimEnd()}\n`;
    case "json":
      return `${JSON.stringify(drawn.toJSON(), null, 2)}\n`;
    case "text":
      return `${drawn.toText().join("\n")}\n`;
  }
}
