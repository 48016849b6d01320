/** Drawings by Graphviz, compiled to WebAssembly: no program has to be installed. */
import { DrawingError } from "../../errors.ts";
import { toDot } from "./dot.ts";
import { shownCount } from "./label.ts";
import type { Outline } from "./outline.ts";

const PACKAGE = "@viz-js/viz";

/** Nodes and edges: the time grows with the cube of them, and nobody can look at more. */
const MOST_PARTS = 3_000;

/** A drawing of a plan. */
export async function toSvg(outline: Outline): Promise<string> {
  const parts = outline.nodes.length + outline.edges.length;
  if (parts > MOST_PARTS) {
    throw failed(`its ${shownCount(parts)} nodes and edges are more than ${shownCount(MOST_PARTS)}`);
  }
  const dot = toDot(outline);
  const viz = await load();
  let problem: string;
  try {
    const result = viz.render(dot, { format: "svg" });
    if (result.status === "success") return result.output;
    problem = result.errors.map(error => error.message).join("; ");
  } catch (cause) {
    throw failed(cause instanceof Error ? cause.message : String(cause), cause);
  }
  throw failed(problem);
}

async function load(): Promise<import("@viz-js/viz").Viz> {
  try {
    const { instance } = await import("@viz-js/viz");
    return await instance();
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    if (!missing) throw failed(cause instanceof Error ? cause.message : String(cause), cause);
    throw new DrawingError(
      {
        problem: `it is done by the package ${PACKAGE}, which is not installed`,
        hint: `Install it: npm install ${PACKAGE}. Or take the plan as mermaid or dot, which need nothing.`,
      },
      { cause },
    );
  }
}

function failed(problem: string, cause?: unknown): Error {
  return new DrawingError(
    {
      problem,
      hint: "Group calls (group: true, or --group), or take the plan as dot or json.",
    },
    { cause },
  );
}
