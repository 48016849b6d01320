/** The parts of a store, which all that open the same folder in this process share. */
import { realpathSync } from "node:fs";
import { Batch } from "./batch.ts";
import { Blobs } from "./blobs.ts";
import { Directories } from "./directories.ts";
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
  readonly blobs: Blobs;
  readonly directories: Directories;
  readonly ledger: Ledger;
  readonly notes: Notes;
  readonly uses: Uses;
  /** To be called once by each that opened it. */
  release(): Promise<void>;
}

const known = new Map<string, { readonly opened: Opened; count: number }>();

/** @throws StoreError, StoreVersionError */
export function open(folder: string): Opened {
  const places = placesOf(folder);
  prepare(places);
  const real = realpathSync(places.cache);
  let shared = known.get(real);
  if (shared === undefined) {
    shared = { opened: make(places, () => release(real)), count: 0 };
    known.set(real, shared);
  }
  shared.count += 1;
  return shared.opened;
}

function make(places: Places, onRelease: () => Promise<void>): Opened {
  const index = openIndex(places);
  const batch = new Batch(index, error => storeError(places.folder, error));
  const blobs = new Blobs(places);
  const directories = new Directories(places);
  const ledger = new Ledger(index, batch, blobs, directories);
  const notes = new Notes(index, batch);
  const uses = new Uses(places.uses);
  return { places, index, batch, blobs, directories, ledger, notes, uses, release: onRelease };
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
      if (batch.wrote) await sync(index);
      await index.root.close();
    }
  }
}
