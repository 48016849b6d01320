/** What `heddle build --watch` does when files change: decisions alone, without a clock or a process. */

import type { TargetGraph } from "../../build/graph/graph.ts";
import { isWithin, readsPlace } from "../../build/graph/touched.ts";

/** What of the files of a project the targets are about. */
export interface Interests {
  readonly reads: readonly {
    readonly kind: "file" | "files" | "dir" | "dirFiles";
    readonly paths: readonly string[];
  }[];
  readonly makes: readonly string[];
}

export function interestsOf(graph: TargetGraph): Interests {
  const reads = graph.nodes.flatMap(node => node.reads);
  return {
    reads: reads.flatMap(({ kind, paths }) => (kind === "result" ? [] : [{ kind, paths }])),
    makes: graph.nodes.flatMap(node => node.makes.map(({ path }) => path)),
  };
}

/** Modules, what they import, and what says how they are loaded. */
const CODE = /\.(?:[cm]?[jt]sx?|json)$/;

export type Step =
  /** A build is to begin. */
  | { readonly do: "build"; readonly because: readonly string[] }
  /** The build that is at work is to be told. */
  | { readonly do: "tell"; readonly places: readonly string[] }
  | { readonly do: "wait" };

const WAIT: Step = { do: "wait" };

export class WatchPlan {
  private interests: Interests | null = null;
  private files = new Set<string>();
  private building = false;
  private pending = new Set<string>();

  /** A build has begun, with all that has changed by now. */
  begin(): void {
    this.building = true;
    this.pending = new Set();
  }

  /** What targets are about, as the build that is at work knows it. */
  learn(interests: Interests): void {
    this.interests = interests;
    this.files = new Set(interests.reads.flatMap(({ kind, paths }) => (kind === "file" ? paths : [])));
  }

  /** The build has ended. */
  end(): Step {
    this.building = false;
    return this.pending.size === 0 ? WAIT : { do: "build", because: [...this.pending] };
  }

  /**
   * Files have changed.
   *
   * @param isAsMade Whether an output is as the last build has left it.
   */
  changed(places: readonly string[], isAsMade: (place: string) => boolean): Step {
    const concerning = places.filter(place => this.concerns(place, isAsMade));
    for (const place of concerning) this.pending.add(place);
    if (concerning.length === 0) return WAIT;
    return this.building ? { do: "tell", places: concerning } : { do: "build", because: [...this.pending] };
  }

  private concerns(place: string, isAsMade: (place: string) => boolean): boolean {
    if (this.interests === null) return true;
    const { reads, makes } = this.interests;
    // While a build is at work, it is it that writes there.
    if (makes.some(path => isWithin(place, path))) return !this.building && !isAsMade(place);
    return (
      CODE.test(place) || this.files.has(place) || reads.some(read => read.kind !== "file" && readsPlace(read, place))
    );
  }
}
