/** The parts of a store, which all that open the same folder in this process share. */
import { realpathSync } from "node:fs";
import { Batch } from "./batch.ts";
import { Blobs } from "./blobs.ts";
import { Directories } from "./directories.ts";
import { Drafts } from "./drafts.ts";
import { type Index, openIndex, sync } from "./environment.ts";
import { storeError } from "./failures.ts";
import { type Places, placesOf, prepare } from "./folder.ts";
import { Ledger } from "./ledger.ts";
import { Notes } from "./notes.ts";
import { Uses } from "./uses.ts";

export interface Opened {
  readonly places: Places;
  readonly index: Index;
  readonly batch: Batch;
  readonly drafts: Drafts;
  readonly blobs: Blobs;
  readonly directories: Directories;
  readonly ledger: Ledger;
  readonly notes: Notes;
  readonly uses: Uses;
  /** To be called once by each that opened it. */
  release(): Promise<void>;
}

interface Shared {
  readonly opened: Opened;
  /** What processes left that were killed is removed. */
  readonly swept: Promise<void>;
  count: number;
}

const known = new Map<string, Shared>();

/** @throws StoreError, StoreVersionError */
export function open(folder: string): Opened {
  const places = placesOf(folder);
  prepare(places);
  const real = realpathSync(places.cache);
  let shared = known.get(real);
  if (shared === undefined) {
    const opened = make(places, () => release(real));
    shared = { opened, swept: opened.drafts.sweep().catch(() => {}), count: 0 };
    known.set(real, shared);
  }
  shared.count += 1;
  return shared.opened;
}

function make(places: Places, onRelease: () => Promise<void>): Opened {
  const index = openIndex(places);
  const wrap = (error: unknown) => storeError(places.folder, error);
  const batch = new Batch(index, places.index, wrap);
  const drafts = new Drafts(places);
  const blobs = new Blobs(places, drafts);
  const directories = new Directories(places, drafts);
  const uses = new Uses(places, drafts);
  const ledger = new Ledger({ index, batch, blobs, directories, uses }, wrap);
  const notes = new Notes(index, batch);
  return { places, index, batch, drafts, blobs, directories, ledger, notes, uses, release: onRelease };
}

async function release(real: string): Promise<void> {
  const shared = known.get(real);
  if (shared === undefined) return;
  const { batch, index, uses } = shared.opened;
  try {
    await batch.flush();
  } finally {
    shared.count -= 1;
    if (shared.count === 0) {
      known.delete(real);
      batch.close();
      uses.close();
      await shared.swept;
      if (batch.wrote) await sync(index);
      await index.root.close();
      await index.gate.close();
    }
  }
}
