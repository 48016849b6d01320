import { type Command, Option } from "commander";
import type { ExitCode } from "../exit.ts";
import { FORMATS } from "../graph/format.ts";
import type { GraphFlags } from "../graph/graph.ts";
import type { Planner } from "../run/planned.ts";
import { gather, withCache } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle graph                                            the targets of the project and their files, as Mermaid
  heddle graph -k plot --out targets.svg                  these, and what they need
  heddle graph --format text                              as trees to read
  heddle graph pipeline.ts                                what a run would do
  heddle graph pipeline.ts:report --input '"a.csv"' --out plan.svg
  heddle graph pipeline.ts --out plan.md                  for GitHub and editors that show Markdown
  heddle graph pipeline.ts --format json | jq .summary

SVG is drawn by Graphviz: npm install @viz-js/viz`;

/** @param planner What makes plans, loaded when the command is used. */
export function addGraph(program: Command, done: (code: ExitCode) => void, planner: () => Promise<Planner>): void {
  const command = program
    .command("graph")
    .summary("draw targets, or what a run would do")
    .description(
      "Draw targets and their files, or the calls of a flow, and what would become of each: " +
        "nothing is executed but the flows' own code.",
    )
    .argument("[words...]", "a module, FILE[:name], for its flow or task; else names of targets, modules or outputs")
    .option("--input <json>", "of a flow: the first parameter, as JSON or @file.json")
    .option("--args <json>", "of a flow: all parameters, as a JSON list or @file.json")
    .option("-k, --match <expression>", "targets by parts of their names and paths: 'plot and not (slow or draft)'")
    .option("--tag <tag>", "targets with this tag; given again: or with that", gather)
    .addOption(new Option("--format <name>", "default: by the file's ending, else mermaid").choices(FORMATS))
    .option("--out <file>", "where to write it; default: stdout")
    .option("--no-files", "targets alone, without their files")
    .option(
      "--group",
      "draw the calls of one task, or the targets of one family, as one; default: where there are many",
    )
    .option("--no-group", "draw every call and target");
  withCache(command)
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (words: readonly string[], flags: GraphFlags) => {
      const { graph } = await import("../graph/graph.ts");
      done(await graph(words, flags, await planner()));
    });
}
