import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Packed } from "../../codec/packed.ts";
import { formatSize } from "../../config/size.ts";
import { LostResultError } from "../../errors.ts";
import { type Call, idOf } from "../call.ts";
import { now } from "../clock.ts";
import type { Run } from "../run.ts";
import { canLeave, type Entry, HeldValue, type Shelf, sizeOf } from "./held.ts";
import { readers } from "./readers.ts";
import { readSpill, readSpillSync, writeSpill } from "./spill.ts";

/** What is smaller stays in memory: there is little to be had, and a file costs more. */
const SMALL = 4_096;
/** How long a disk that would take nothing is left alone, in milliseconds. */
const LATER = 5_000;

/**
 * Bounds the encoded results that a run holds in memory. Beyond that, those that no call reads are written to the run's
 * folder, the oldest first, and read back when somebody needs them. Meanwhile nothing new starts that only adds to them.
 */
export class LiveResults implements Shelf {
  private readonly run: Run;
  private readonly most: number;
  /** Of those in memory. */
  private bytes = 0;
  /** Those in memory, the one that was needed last at the end. */
  private readonly inMemory = new Set<Entry>();
  private readonly dropped = new FinalizationRegistry<Entry>(entry => this.forget(entry));
  /** Bytes that came since the garbage collector was asked what is still held. */
  private sinceCollected = 0;
  private relieving = false;
  private pressed = false;
  private folder: string | null = null;
  private files = 0;
  private retryAt = 0;
  private told = false;
  private closed = false;

  constructor(run: Run, most: number) {
    this.run = run;
    this.most = most;
    readers.idle = false;
  }

  /** Takes a result over; gives what the call's future keeps. */
  hold(call: Call, raw: unknown): unknown {
    if (!canLeave(raw)) return raw;
    const size = sizeOf(raw);
    if (size < SMALL) return raw;
    const held = new HeldValue(raw, this);
    const alone = this.run.journal === null && call.spec.cache === null;
    const entry: Entry = {
      call: idOf(call),
      size,
      held: new WeakRef(held),
      alone,
      live: false,
      file: null,
      fixed: false,
      readers: 0,
    };
    held.entry = entry;
    this.dropped.register(held, entry);
    this.came(entry);
    return held;
  }

  async fetch(entry: Entry): Promise<Packed> {
    try {
      return this.fetched(entry, await readSpill(entry.file!));
    } catch (error) {
      throw lost(entry, error);
    }
  }

  fetchNow(entry: Entry): Packed {
    try {
      return this.fetched(entry, readSpillSync(entry.file!));
    } catch (error) {
      throw lost(entry, error);
    }
  }

  /** What is on disk goes with the run's folder. */
  close(): void {
    this.closed = true;
  }

  private fetched(entry: Entry, packed: Packed): Packed {
    if (!entry.live) this.came(entry);
    return packed;
  }

  private came(entry: Entry): void {
    entry.live = true;
    this.inMemory.add(entry);
    this.bytes += entry.size;
    this.sinceCollected += entry.size;
    this.relieve();
  }

  private went(entry: Entry): void {
    if (!entry.live) return;
    entry.live = false;
    this.inMemory.delete(entry);
    this.bytes -= entry.size;
  }

  /** Nobody holds it any more. */
  private forget(entry: Entry): void {
    this.went(entry);
    const { file } = entry;
    entry.file = null;
    if (file !== null) void rm(file, { force: true }).catch(() => {});
  }

  /** Writes what is too much and read by no call. */
  relieve(): void {
    if (this.relieving || this.closed || this.bytes <= this.most) return;
    this.relieving = true;
    // Not within what goes on now, which has just come by a result, or is about to let one go.
    setImmediate(() => {
      void this.writeIdle().finally(() => {
        this.relieving = false;
        this.press(false);
      });
    });
  }

  private async writeIdle(): Promise<void> {
    if (this.sinceCollected > this.most / 4) {
      this.sinceCollected = 0;
      collectGarbage();
      await new Promise(setImmediate);
      for (const entry of this.inMemory) if (entry.held.deref() === undefined) this.forget(entry);
    }
    while (this.bytes > this.most && !this.closed && now() >= this.retryAt) {
      const entry = this.idle();
      if (entry === undefined) return;
      this.press(true);
      await this.write(entry);
    }
  }

  private idle(): Entry | undefined {
    for (const entry of this.inMemory) if (entry.readers === 0 && !entry.fixed) return entry;
    return undefined;
  }

  private async write(entry: Entry): Promise<void> {
    const held = entry.held.deref();
    if (held === undefined) {
      this.forget(entry);
      return;
    }
    try {
      if (entry.file === null) {
        this.folder ??= await this.run.directories.scratch("live");
        const path = join(this.folder, String(++this.files));
        await writeSpill(path, held.packed);
        entry.file = path;
      }
    } catch (error) {
      this.retryAt = now() + LATER;
      this.tell(error as Error);
      return;
    }
    // Somebody may have come for it.
    if (entry.readers > 0 || entry.fixed) return;
    held.leave();
    this.went(entry);
  }

  private tell(error: Error): void {
    if (this.told) return;
    this.told = true;
    const [problem] = error.message.split("\n", 1);
    const bound = formatSize(this.most);
    this.run.warn(
      `Results of more than ${bound} (maxLiveBytes) stay in memory, as they cannot be written to disk: ${problem}`,
    );
  }

  private press(on: boolean): void {
    if (this.pressed === on) return;
    this.pressed = on;
    this.run.scheduler.pressed(on);
    this.run.plan();
  }
}

function lost({ call, file }: Entry, cause: unknown): Error {
  const problem = (cause as Error).message.split("\n", 1)[0]!;
  return new LostResultError({ task: call, path: file ?? "the run's folder", problem }, { cause });
}

let collect: (() => void) | null = null;

/** Only the collector knows what the code of a flow still holds; nothing that it does not is worth a write. */
function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
