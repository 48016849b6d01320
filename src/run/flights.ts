import type { Flight } from "./flight.ts";

const SLOTS = 1024;

/**
 * The attempts under way, by the number of their call. Those are mostly near to one another, so that a table serves
 * where a map would allocate for every call.
 */
export class Flights {
  private readonly slots: (Flight | undefined)[] = new Array(SLOTS).fill(undefined);
  private readonly others = new Map<number, Flight>();

  get(id: number): Flight | undefined {
    const near = this.slots[id % SLOTS];
    return near?.id === id ? near : this.others.get(id);
  }

  set(flight: Flight): void {
    const place = flight.id % SLOTS;
    if (this.slots[place] === undefined) this.slots[place] = flight;
    else this.others.set(flight.id, flight);
  }

  delete(id: number): void {
    const place = id % SLOTS;
    if (this.slots[place]?.id === id) this.slots[place] = undefined;
    else this.others.delete(id);
  }

  all(): Flight[] {
    return [...this.slots.filter(flight => flight !== undefined), ...this.others.values()];
  }
}
