/** In which language a plan is written: as asked for, else by the file's ending, else Mermaid. */
import path from "node:path";
import { UsageError } from "../../errors.ts";
import type { DrawOptions, Plan } from "../../graph/plan.ts";

export const FORMATS = ["mermaid", "dot", "svg", "json"] as const;
export type Format = (typeof FORMATS)[number];

export interface FormatFlags {
  readonly format?: Format;
  readonly out?: string;
}

const ENDINGS: Readonly<Record<string, Format>> = {
  ".mmd": "mermaid",
  ".mermaid": "mermaid",
  ".md": "mermaid",
  ".dot": "dot",
  ".gv": "dot",
  ".svg": "svg",
  ".json": "json",
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

/** The plan as text that ends with a line end; in Markdown a diagram is fenced. */
export async function written(plan: Plan, flags: FormatFlags, options: DrawOptions): Promise<string> {
  switch (formatOf(flags)) {
    case "mermaid":
      return /\.md$/i.test(flags.out ?? "")
        ? `\`\`\`mermaid\n${plan.toMermaid(options)}\`\`\`\n`
        : plan.toMermaid(options);
    case "dot":
      return plan.toDot(options);
    case "svg":
      return `${(await plan.toSvg(options)).trimEnd()}\n`;
    case "json":
      return `${JSON.stringify(plan, null, 2)}\n`;
  }
}
