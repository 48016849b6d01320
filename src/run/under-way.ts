const FEW = 8;
const MOST = 1024;

/**
 * What is under way, by number. The numbers are mostly near to one another, so that a table serves where a map would
 * allocate for every one. It grows as far as what is under way at once lies apart; what lies further apart is in a map.
 */
export class UnderWay<T> {
  private slots: (T | undefined)[] = new Array(FEW).fill(undefined);
  private numbers: number[] = new Array(FEW).fill(-1);
  private readonly others = new Map<number, T>();
  private inSlots = 0;

  get size(): number {
    return this.inSlots + this.others.size;
  }

  get(number: number): T | undefined {
    const place = number % this.slots.length;
    return this.numbers[place] === number ? this.slots[place] : this.others.get(number);
  }

  set(number: number, item: T): void {
    let place = number % this.slots.length;
    while (this.numbers[place] !== -1 && this.numbers[place] !== number && this.slots.length < MOST) {
      this.grow();
      place = number % this.slots.length;
    }
    const isTaken = this.numbers[place] !== -1 && this.numbers[place] !== number;
    if (isTaken || (this.others.size > 0 && this.others.has(number))) {
      this.others.set(number, item);
      return;
    }
    if (this.numbers[place] === -1) this.inSlots++;
    this.numbers[place] = number;
    this.slots[place] = item;
  }

  delete(number: number): void {
    const place = number % this.slots.length;
    if (this.numbers[place] !== number) {
      this.others.delete(number);
      return;
    }
    this.inSlots--;
    this.numbers[place] = -1;
    this.slots[place] = undefined;
  }

  /** All, by their numbers. */
  all(): T[] {
    const all: [number, T][] = [...this.others];
    for (const [place, number] of this.numbers.entries()) if (number !== -1) all.push([number, this.slots[place]!]);
    return all.sort(([a], [b]) => a - b).map(([, item]) => item);
  }

  private grow(): void {
    const { slots, numbers } = this;
    this.slots = new Array(slots.length * 2).fill(undefined);
    this.numbers = new Array(slots.length * 2).fill(-1);
    for (const [old, number] of numbers.entries()) {
      if (number === -1) continue;
      const place = number % this.slots.length;
      this.numbers[place] = number;
      this.slots[place] = slots[old];
    }
  }
}
