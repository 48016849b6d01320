import { expect, test } from "vitest";
import { Entries } from "../../src/workers/entries.ts";
import type { Entry } from "../../src/workers/member.ts";

const entry = (seq: number) => ({ seq }) as unknown as Entry;

test("calls are found by their place, in order, whatever leaves and comes back", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    let state = seed;
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    const entries = new Entries();
    const known = new Map<number, Entry>();
    const gone: number[] = [];
    let next = 1;
    for (let step = 0; step < 3_000; step += 1) {
      const what = random(10);
      if (what < 5) {
        const made = entry(next);
        entries.push(next, made);
        known.set(next, made);
        next += random(20) === 0 ? 2 : 1;
      } else if (what < 9 && known.size > 0) {
        // Mostly from the front, but the very first ones stay long.
        const seqs = [...known.keys()].sort((a, b) => a - b);
        const seq = seqs[Math.min(seqs.length - 1, random(4) + (random(3) > 0 ? 2 : 0))]!;
        entries.delete(seq);
        known.delete(seq);
        gone.push(seq);
      } else if (gone.length > 0) {
        const seq = gone.splice(random(gone.length), 1)[0]!;
        const made = entry(seq);
        entries.putBack(seq, made);
        known.set(seq, made);
      }
      expect(entries.size).toBe(known.size);
    }
    expect(new Map(entries)).toEqual(known);
    for (let seq = 1; seq < next; seq += 1) expect(entries.get(seq)).toBe(known.get(seq));
  }
});

test("one that lasts does not keep the places of those that come and go behind it", () => {
  const entries = new Entries();
  entries.push(1, entry(1));
  for (let seq = 2; seq <= 200_000; seq += 1) {
    entries.push(seq, entry(seq));
    entries.delete(seq);
    expect(entries.first).toBe(1);
  }
  expect([...entries].map(([seq]) => seq)).toEqual([1]);
});
