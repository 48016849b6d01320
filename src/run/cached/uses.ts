import type { Store } from "../../store/store.ts";

const NO_MORE: readonly string[] = [];

/** Notes which results a run uses, those together that come together. */
export class NotedUses {
  private readonly store: Store;
  private readonly failed: (error: unknown) => void;
  private open = false;

  /** @param failed is told where they cannot be noted, as on a full disk: results are as good as before. */
  constructor(store: Store, failed: (error: unknown) => void) {
    this.store = store;
    this.failed = failed;
  }

  add(key: string): void {
    try {
      this.store.useSoon(key);
    } catch (error) {
      this.failed(error);
    }
    if (this.open) return;
    this.open = true;
    queueMicrotask(() => this.write());
  }

  write(): void {
    if (!this.open) return;
    this.open = false;
    try {
      this.store.use(NO_MORE);
    } catch (error) {
      this.failed(error);
    }
  }
}
