import { GraphError, type GraphProblem } from "../../errors.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { failureText } from "../failure.ts";

/** Tells what is wrong with a graph that was shown all the same; gives the exit code. */
export function tellProblems(problems: readonly GraphProblem[]): ExitCode {
  if (problems.length === 0) return EXIT.ok;
  process.stderr.write(`${failureText(new GraphError(problems), {})}\n`);
  return EXIT.graph;
}
