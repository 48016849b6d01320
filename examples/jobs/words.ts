/** The words of texts, counted by workers: a job for each text, and one that takes what they give. */
import { task } from "heddle";

export type Counts = Record<string, number>;

export const countWords = task("countWords", { retries: 2 }, (text: string): Counts => {
  const counts: Counts = {};
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
});

export const mostUsed = task("mostUsed", (...parts: Counts[]): string[] => {
  const all = new Map<string, number>();
  for (const part of parts) for (const [word, n] of Object.entries(part)) all.set(word, (all.get(word) ?? 0) + n);
  return [...all]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .slice(0, 3)
    .map(([word, n]) => `${word} ${n}`);
});
