/** How often each kind of fault has really happened. */
export class Tally {
  /** Whether small disks can be had here. */
  readonly disks: boolean;
  readonly #counts = new Map<string, number>();

  constructor(disks: boolean) {
    this.disks = disks;
  }

  count(fault: string, times = 1): void {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + times);
  }

  toString(): string {
    const sorted = [...this.#counts].sort(([a], [b]) => a.localeCompare(b));
    return sorted.map(([fault, count]) => `${fault} ${count}`).join(", ");
  }
}
