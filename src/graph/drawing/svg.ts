/** Drawings by Graphviz, compiled to WebAssembly: no program has to be installed. */
import { DrawingError } from "../../errors.ts";

const PACKAGE = "@viz-js/viz";

/** SVG of a graph in the language of Graphviz. */
export async function toSvg(dot: string): Promise<string> {
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
      problem: `Graphviz gave up (${problem})`,
      hint: "Plans of very many calls are beyond it: group calls, or take the plan as json.",
    },
    { cause },
  );
}
