/** Gives a whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/**
 * A generator whose numbers depend on `name` alone, never on what other generators gave before.
 * So each airport gets the same draws whichever worker serves it, and in whatever order.
 *
 * sfc32 by Chris Doty-Humphrey (PractRand), seeded with an FNV-1a hash of the name.
 */
export function randomFor(name: string): Random {
  let a = fnv1a(name, 0x811c9dc5);
  let b = fnv1a(name, a);
  let c = fnv1a(name, b);
  let counter = 1;
  const next: Random = below => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return Math.floor(((sum >>> 0) / 4294967296) * below);
  };
  for (let round = 0; round < 16; round++) next(1);
  return next;
}

function fnv1a(text: string, start: number): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
