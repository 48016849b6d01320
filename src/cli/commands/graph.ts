import { type Command, Option } from "commander";
import type { ExitCode } from "../exit.ts";
import { FORMATS } from "../graph/format.ts";
import type { GraphFlags } from "../graph/graph.ts";
import type { Planner } from "../run/planned.ts";
import { withCache, withTarget } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle graph pipeline.ts                                what a run would do, as Mermaid
  heddle graph pipeline.ts:report --input '"a.csv"' --out plan.svg
  heddle graph pipeline.ts --out plan.md                  for GitHub and editors that show Markdown
  heddle graph pipeline.ts --format json | jq .summary

SVG is drawn by Graphviz: npm install @viz-js/viz`;

/** @param planner What makes plans, loaded when the command is used. */
export function addGraph(program: Command, done: (code: ExitCode) => void, planner: () => Promise<Planner>): void {
  const command = withTarget(program.command("graph"))
    .summary("draw what a run would do")
    .description(
      "Draw the calls of a flow, and what would become of each: nothing is executed but the flows' own code.",
    )
    .addOption(new Option("--format <name>", "default: by the file's ending, else mermaid").choices(FORMATS))
    .option("--out <file>", "where to write it; default: stdout")
    .option("--group", "draw the calls of one task as one; default: where there are many")
    .option("--no-group", "draw every call");
  withCache(command)
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, flags: GraphFlags) => {
      const { graph } = await import("../graph/graph.ts");
      done(await graph(file, flags, await planner()));
    });
}
