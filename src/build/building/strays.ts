/** A folder that a target makes is replaced as a whole: what nobody has built there is put aside before. */
import { join } from "node:path";
import { listed } from "../../config/listed.ts";
import { MISSING, type TargetFacts } from "../freshness/judge.ts";
import type { TargetRecord } from "../freshness/record.ts";
import type { TargetNode } from "../graph/node.ts";
import type { Places } from "../graph/places.ts";
import { setAside } from "../records/strays.ts";
import type { Made } from "../work/job.ts";

export interface Replacing {
  readonly node: TargetNode;
  readonly made: Made;
  /** What was found when it began, and what was recorded when it was built before. */
  readonly facts: TargetFacts;
  readonly before: TargetRecord | undefined;
  readonly run: string;
  readonly warn: (text: string) => void;
}

/** Where files go that somebody put into a folder that is replaced, below the project's root. */
const KEPT = join(".heddle", "kept");
const SHOWN = 5;

/** A folder that is as it was built has nothing of others in it. */
export function saveStrays({ node, made, facts, before, run, warn }: Replacing, places: Places): void {
  for (const [i, { kind, path }] of node.makes.entries()) {
    const { from, files } = made.outputs[i]!;
    const [found, recorded] = [facts.makes, before?.makes].map(
      makes => makes?.find(make => make.path === path)?.digest,
    );
    if (kind !== "dir" || found === MISSING || found === recorded || from === places.absolute(path)) continue;
    const aside = join(KEPT, run, path);
    const names = new Set((files ?? []).map(([name]) => name));
    const strays = setAside(places.absolute(path), names, join(places.root, aside));
    if (strays.length === 0) continue;
    warn(
      `${path}, an output of ${node.name}, held what no build had put there, and was replaced: moved to ${aside}: ${listed(strays, SHOWN)}`,
    );
  }
}
