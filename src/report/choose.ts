import type { ShowCapture } from "./capture.ts";
import { jsonReporter } from "./json.ts";
import { plainReporter } from "./plain.ts";
import { quietReporter } from "./quiet.ts";
import type { Reporter } from "./reporter.ts";
import { stackPlace } from "./stack.ts";
import { type Environment, type Output, styleFor } from "./style.ts";

export type ReportMode = "auto" | "live" | "plain" | "json" | "quiet";

export interface ReportSettings {
  readonly mode: ReportMode;
  /** Where the report goes: stderr from the command line, so that results have stdout to themselves. */
  readonly out: Output;
  /** Which of a call's own output is shown with its failure; default `all`. */
  readonly showCapture?: ShowCapture;
  /** Say of each target that is built why; default false. */
  readonly explain?: boolean;
  /** Default: the environment of this process. */
  readonly env?: Environment;
  /** Paths in stacks are shown relative to it; default: the working folder. */
  readonly cwd?: string;
}

/** The reporter of a mode. `auto` is live on a terminal that can repaint, and plain in logs, pipes and CI. */
export async function reporter(settings: ReportSettings): Promise<Reporter> {
  const { out, showCapture = "all", explain = false, env = process.env, cwd } = settings;
  const options = { out, style: styleFor(out, env), showCapture, explain, place: stackPlace(cwd) };
  const mode = settings.mode === "auto" ? automatic(out, env) : settings.mode;
  switch (mode) {
    case "live":
      return (await import("./live.ts")).liveReporter(options);
    case "plain":
      return plainReporter(options);
    case "json":
      return jsonReporter(options);
    case "quiet":
      return quietReporter(options);
  }
}

function automatic(out: Output, { CI: ci, TERM: term }: Environment): "live" | "plain" {
  const inCi = ci !== undefined && ci !== "" && ci !== "0" && ci !== "false";
  return out.isTTY === true && term !== "dumb" && !inCi ? "live" : "plain";
}
