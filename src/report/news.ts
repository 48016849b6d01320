import { type FailureOptions, shortFailure } from "./failure.ts";
import { explained } from "./targetlines.ts";
import { oneLine } from "./text.ts";
import type { RunView } from "./view.ts";

export interface NewsOptions extends FailureOptions {
  /** Say of each target that is built why. */
  readonly explain: boolean;
}

const mostFailures = 10;
const mostWarnings = 5;

/**
 * What a view has to tell before the end: each different failure and warning when it first comes, as far as one can
 * read. The summary has them too, so reporters wait a little: a run that ends by then says them once.
 */
export class News {
  #failures = 0;
  #warnings = 0;
  #targets = 0;

  /** Why targets are built that have not been told of: also at the end of a run, as this is not told again. */
  reasons({ targets: { list } }: RunView, { style, explain }: NewsOptions): string[] {
    if (!explain) return [];
    const told = list.slice(this.#targets).filter(({ state }) => state === "stale");
    this.#targets = list.length;
    return told.map(target => explained(target, style));
  }

  /** Whether there are failures or warnings that have not been told. */
  isBehind({ failures, warnings }: RunView): boolean {
    return failures.groups.length > this.#failures || warnings.list.length > this.#warnings;
  }

  /** The lines that are new since the last call. */
  lines(view: RunView, options: NewsOptions): string[] {
    const { style } = options;
    const lines = this.reasons(view, options);
    const { groups } = view.failures;
    for (; this.#failures < groups.length; this.#failures++) {
      if (this.#failures < mostFailures) lines.push(...shortFailure(groups[this.#failures]!, options));
      else if (this.#failures === mostFailures) lines.push(`${style.symbols.ellipsis} further failures are counted`);
    }
    const { list } = view.warnings;
    for (; this.#warnings < list.length; this.#warnings++) {
      const { name, message } = list[this.#warnings]!;
      if (this.#warnings < mostWarnings) {
        lines.push(`${style.paint("yellow", style.symbols.warning)} ${oneLine(name)}: ${oneLine(message)}`);
      } else if (this.#warnings === mostWarnings) {
        lines.push(`${style.symbols.ellipsis} further warnings are kept for the end of the run`);
      }
    }
    return lines;
  }
}
