/** Calls that are cancelled after the engine has got them: of a batch all that are so in one turn are told of together. */
import { CANCEL } from "../protocol.ts";
import type { Batch, Underway } from "./batch.ts";
import { GRACE } from "./engine.ts";
import type { Link } from "./link.ts";
import { message } from "./messages.ts";

interface Stop {
  readonly underway: Underway;
  readonly reason: string;
}

export class Stops {
  readonly #link: Link;
  readonly #stops = new Map<Batch, Stop[]>();

  constructor(link: Link) {
    this.#link = link;
  }

  add(underway: Underway, reason: string): void {
    const { batch } = underway;
    const stops = this.#stops.get(batch);
    if (stops !== undefined) stops.push({ underway, reason });
    else {
      this.#stops.set(batch, [{ underway, reason }]);
      queueMicrotask(() => this.#say(batch));
    }
  }

  #say(batch: Batch): void {
    const stops = this.#stops.get(batch)!;
    this.#stops.delete(batch);
    // It may have ended in this very turn.
    if (batch.open.size === 0) return;
    const wire = stops.flatMap(({ underway, reason }) => [CANCEL, underway.seq, reason]);
    const places = stops.map(({ underway }) => batch.placeOf(underway));
    this.#link.say("stop", batch.ref, message(wire), GRACE, ...places);
  }
}
