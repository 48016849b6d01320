/** What others have sent here and nobody uses goes after a while. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KeptFiles } from "../../src/code/kept-files.ts";
import { Shelf } from "../../src/code/shelf.ts";
import { digestBytes } from "../../src/codec/digest.ts";

const YESTERDAY = new Date(Date.now() - 25 * 60 * 60_000);
const BEFORE = new Date(Date.now() - 31 * 24 * 60 * 60_000);
const bytes = (text: string) => new TextEncoder().encode(text);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "heddle-tidy-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("what was not used for 30 days is removed, what was used stays", () => {
  const shelf = new Shelf(folder);
  const [old, used] = ["old", "used"].map(text => digestBytes(bytes(text))) as [never, never];
  for (const [digest, text] of [
    [old, "old"],
    [used, "used"],
  ] as const) {
    shelf.put(digest, bytes(text));
    utimesSync(path.join(folder, "files", (digest as string).slice(0, 2), (digest as string).slice(2)), BEFORE, BEFORE);
  }
  const input = path.join(folder, "inputs/ab/cdef");
  mkdirSync(input, { recursive: true });
  writeFileSync(path.join(input, "data.csv"), "1,2");
  utimesSync(input, BEFORE, BEFORE);
  const drafts = path.join(folder, "inputs/drafts");
  // Their workers are gone, but for the last one's.
  for (const count of [1, 2, 3]) {
    new KeptFiles(folder).begin(old, "a").write(bytes("ol"));
    if (count < 3) for (const draft of readdirSync(drafts)) utimesSync(path.join(drafts, draft), YESTERDAY, YESTERDAY);
  }
  expect(shelf.has(used)).toBe(true);
  // It was looked at today.
  expect(new Shelf(folder).has(old)).toBe(true);
  utimesSync(path.join(folder, "files", (old as string).slice(0, 2), (old as string).slice(2)), BEFORE, BEFORE);
  utimesSync(path.join(folder, "tidied"), BEFORE, BEFORE);
  new KeptFiles(folder);
  expect(readdirSync(drafts)).toHaveLength(1);
  expect([shelf.has(old), shelf.has(used), existsSync(input)]).toEqual([false, true, false]);
});

test("what is no digest leads nowhere", () => {
  const kept = new KeptFiles(folder);
  for (const bad of ["../../../x", "..", "", 5]) {
    expect(() => kept.find(bad as never, "a", 1)).toThrow("without a digest");
  }
});

test("files come in pieces, under several names, and are refused if they are something else", () => {
  const kept = new KeptFiles(folder);
  const digest = digestBytes(bytes("abcdef"));
  expect(kept.find(digest, "a.txt", 6)).toBeNull();
  const wrong = kept.begin(digest, "a.txt");
  wrong.write(bytes("abc"));
  expect(wrong.end()).toBeNull();
  const incoming = kept.begin(digest, "a.txt");
  for (const piece of ["abc", "def"]) incoming.write(bytes(piece));
  const place = incoming.end();
  expect(kept.find(digest, "a.txt", 6)).toBe(place);
  expect(path.basename(kept.find(digest, "b.txt", 6)!)).toBe("b.txt");
  expect(kept.find(digest, "b.txt", 7)).toBeNull();
});
