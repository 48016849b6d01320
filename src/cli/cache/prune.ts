/** `heddle cache prune`: makes the store smaller. */
import { parseDuration } from "../../config/duration.ts";
import { formatSize, parseSize } from "../../config/size.ts";
import { UsageError } from "../../errors.ts";
import { plural } from "../../report/format.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson } from "../screen.ts";
import { type StoreFlags, type StorePlace, withStore } from "./store.ts";

export interface PruneFlags extends StoreFlags {
  readonly maxSize?: string;
  readonly olderThan?: string;
  readonly dryRun?: boolean;
}

interface Bounds {
  readonly maxSize?: number;
  readonly olderThan?: number;
}

export function prune(flags: PruneFlags): Promise<ExitCode> {
  return withStore(flags, async (store, place) => {
    const bounds = await boundsOf(flags, place);
    const dryRun = flags.dryRun === true;
    const { removed, freed, kept, size } =
      store === null ? { removed: 0, freed: 0, kept: 0, size: 0 } : await store.prune({ ...bounds, dryRun });
    if (flags.json === true) printJson({ store: place.shown, dryRun, removed, freed, kept, size });
    else if (store === null) print([`Nothing is cached yet in ${place.shown}.`]);
    else {
      const done = dryRun ? "would be removed" : "removed";
      const rest = dryRun ? "would stay" : "stay";
      print([
        `${plural(removed, "entry", "entries")}, ${formatSize(freed)}, ${done}; ` +
          `${plural(kept, "entry", "entries")}, ${formatSize(size)}, ${rest}`,
      ]);
    }
    return EXIT.ok;
  });
}

async function boundsOf({ maxSize, olderThan }: PruneFlags, place: StorePlace): Promise<Bounds> {
  const bounds: Bounds = {
    ...(maxSize !== undefined && { maxSize: parseSize(maxSize, "--max-size") }),
    ...(olderThan !== undefined && { olderThan: parseDuration(olderThan, "--older-than") }),
  };
  if (Object.keys(bounds).length > 0) return bounds;
  const settings = await place.settings();
  if (settings.maxSize !== undefined) return { maxSize: settings.maxSize };
  throw new UsageError({
    problem: "heddle cache prune was not told what to remove",
    hint: "Give --max-size 500MB or --older-than 30d, or set cache.maxSize in heddle.config.",
  });
}
