import { type Command, Option } from "commander";
import type { ExitCode } from "../exit.ts";
import { FORMATS } from "../graph/format.ts";
import type { GraphFlags, Planner } from "../graph/graph.ts";

const EXAMPLES = `
Examples:
  heddle graph pipeline.ts                                what a run would do, as Mermaid
  heddle graph pipeline.ts:report --input '"a.csv"' -o plan.svg
  heddle graph pipeline.ts -o plan.md                     for GitHub and editors that show Markdown
  heddle graph pipeline.ts --format json | jq .summary

SVG is drawn by Graphviz: npm install @viz-js/viz`;

/** @param planner What makes plans, loaded when the command is used. */
export function addGraph(program: Command, done: (code: ExitCode) => void, planner: () => Promise<Planner>): void {
  program
    .command("graph")
    .summary("draw what a run would do")
    .description(
      "Draw the calls of a flow, and what would become of each: nothing is executed but the flows' own code.",
    )
    .argument("<file>", "the module, and after a colon the name of a flow or task in it: FILE[:name]")
    .option("--input <json>", "the first parameter, as JSON or @file.json")
    .option("--args <json>", "all parameters, as a JSON list or @file.json")
    .addOption(new Option("--format <name>", "default: by the file's ending, else mermaid").choices(FORMATS))
    .option("-o, --out <file>", "where to write it; default: stdout")
    .option("--group", "draw the calls of one task as one; default: where there are many")
    .option("--no-group", "draw every call")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string, flags: GraphFlags) => {
      const { graph } = await import("../graph/graph.ts");
      done(await graph(file, flags, await planner()));
    });
}
