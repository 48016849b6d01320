/** Which pages are about the same: two texts that share much are packed together into little more than one of them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { flow, processes, task, unmapped } from "heddle";

/** How far apart two pages are: 0 for the same text, about 1 for texts that have nothing in common. */
export interface Pair {
  readonly pages: readonly [string, string];
  readonly distance: number;
}

/** The names of a folder's pages. */
export function pagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith(".md"))
    .sort();
}

/** A page beside all those that come after it: half a second of computing for a dozen of them. */
export const compare = task("compare", { retries: 2 }, (folder: string, page: string): Pair[] => {
  const text = readFileSync(join(folder, page), "utf8");
  const own = packed(text);
  return pagesIn(folder)
    .filter(name => name > page)
    .map(name => {
      const other = readFileSync(join(folder, name), "utf8");
      const [less, more] = [own, packed(other)].sort((a, b) => a - b) as [number, number];
      return { pages: [page, name], distance: (packed(text + other) - less) / more };
    });
});

/** All pages of a folder, on the processes of the machine on which it runs. */
export const closest = flow("closest", { runner: processes() }, async (folder: string): Promise<Pair[]> => {
  const pairs = await compare.map(unmapped(folder), pagesIn(folder));
  return nearest(pairs.flat());
});

/** The three pairs that have most in common. */
export function nearest(pairs: readonly Pair[]): Pair[] {
  return [...pairs].sort((a, b) => a.distance - b.distance).slice(0, 3);
}

export function show(folder: string, pairs: readonly Pair[]): void {
  console.log(folder);
  for (const { pages, distance } of pairs) console.log(`  ${distance.toFixed(2)}  ${pages.join(" and ")}`);
}

function packed(text: string): number {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length;
}
