/** What the examples of doc comments take for granted. Copied beside them, where workers can import it. */
export { copyFile } from "node:fs/promises";

import { isDeepStrictEqual } from "node:util";
import { flow, type Outcome, task } from "heddle";
import { execute } from "heddle/worker";

const seen = new Set<string>();

/** Fails at the first visit of an address, as the web does. */
export const fetchPage = task("fetchPage", { retries: 1 }, async (url: string): Promise<string> => {
  if (seen.has(url)) return "the warp, the weft and the heddle";
  seen.add(url);
  throw new Error("try again");
});

export const countWords = task("countWords", (text: string) => ({ the: text.match(/the\b/g)?.length ?? 0 }));
export const square = task("square", (n: number) => n * n);
export const sum = task("sum", (ns: number[]) => ns.reduce((a, b) => a + b, 0));
export const add = task("add", (a: number, b: number) => a + b);
export const convert = task("convert", (file: string) => file.replace(/\.\w+$/, ".png"));
export const store = task("store", (values: number[]) => values.length);
export const summarise = task("summarise", (page: Outcome<string>) => (page.ok ? page.value.length : 0));

export const wordReport = flow("wordReport", (urls: string[]) => countWords.submit(fetchPage.submit(urls[0]!)));
export const report = flow("report", () => square.map([1, 2, 3]));

export const urls = ["https://example.org", "https://example.com"];
export const [url, x, y] = ["https://example.org/1", "https://example.org/2", "https://example.org/3"] as const;
export const files = ["a.svg", "b.svg"];
export const hugeArrayWithoutFutures = [1, 2, 3];

export function post(bytes: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  return execute(bytes, { signal });
}

/** As much of a test runner's `expect` as examples use. */
export function expect(value: unknown) {
  return {
    toEqual(wanted: unknown): void {
      if (!isDeepStrictEqual(value, wanted))
        throw new Error(`${JSON.stringify(value)} is not ${JSON.stringify(wanted)}`);
    },
    toMatchObject(wanted: object): void {
      if (!matches(value, wanted)) throw new Error(`${JSON.stringify(value)} lacks ${JSON.stringify(wanted)}`);
    },
  };
}

function matches(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return Object.is(value, wanted);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(wanted).every(([key, part]) => matches(Reflect.get(value, key), part));
}
