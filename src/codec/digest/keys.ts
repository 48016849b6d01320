/** The names in objects and arrays, in an order that depends on nothing but them. */

/** Sorts names in place, by their UTF-16 code units. */
export function sorted(names: string[]): readonly string[] {
  if (names.length > 16) return names.sort();
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!;
    let at = i;
    for (; at > 0 && names[at - 1]! > name; at--) names[at] = names[at - 1]!;
    names[at] = name;
  }
  return names;
}

/** The names in an array that are not indices, sorted. */
export function arrayNames(array: readonly unknown[]): readonly string[] {
  return sorted(Object.keys(array).filter(name => !isIndex(name)));
}

/** Where the run of gaps that begins at `from` ends. */
export type Gaps = (from: number) => number;

/** Longer gaps are crossed with the help of a list of the indices there are: an array can be all gap. */
const STEPS = 1_024;

export function gapsOf(array: readonly unknown[], length: number): Gaps {
  let indices: number[] | null = null;
  return from => {
    const end = Math.min(length, from + STEPS);
    for (let at = from + 1; at < end; at++) if (Object.hasOwn(array, at)) return at;
    if (end === length) return length;
    // The next is at the end.
    indices ??= Object.keys(array).filter(isIndex).map(Number).reverse();
    while (indices.length > 0 && indices.at(-1)! <= from) indices.pop();
    return Math.min(indices.at(-1) ?? length, length);
  };
}

function isIndex(name: string): boolean {
  const number = Number(name) >>> 0;
  return String(number) === name && number !== 0xffff_ffff;
}
