import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Journal, readJournal, removeJournal } from "../../src/store/owners/journal.ts";
import { Table } from "../../src/store/owners/table.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-journal-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sorted = (held: ReadonlyMap<string, readonly string[]>) =>
  [...held].map(([member, keys]) => [member, [...keys].sort()]).sort();

test("the journal says what the table says, whenever it is written anew", () => {
  const step = fc.record({
    what: fc.constantFrom("take", "take", "release", "flush", "restart"),
    member: fc.constantFrom("x", "y", "z"),
    key: fc.constantFrom("a", "b", "c", "d"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const table = new Table();
      const journal = new Journal(folder, "one");
      for (const { what, member, key } of steps) {
        if (what === "take") {
          if (table.take(key, member) === undefined) journal.granted(member, [key]);
        } else if (what === "release") {
          if (table.holder(key) !== member) continue;
          table.release(key, member);
          journal.released(member, [key]);
        } else if (what === "flush") journal.flush();
        else journal.restart(table.heldByOthers("me"));
      }
      journal.flush();
      expect(sorted(readJournal(folder, "one"))).toEqual(sorted(table.heldByOthers("me")));
      journal.close();
      removeJournal(folder, "one");
    }),
  );
});

test("a journal that is written anew when it says so stays small", () => {
  const table = new Table();
  const journal = new Journal(folder, "one");
  for (let round = 0; round < 40_000; round++) {
    const key = `${round}`.padStart(98, "0");
    table.take(key, "x");
    journal.granted("x", [key]);
    if (journal.flush()) journal.restart(table.heldByOthers("me"));
    if (round % 100 !== 0) {
      table.release(key, "x");
      journal.released("x", [key]);
    }
  }
  journal.flush();
  expect(statSync(join(folder, "one.held")).size).toBeLessThan(1_500_000);
  expect(readJournal(folder, "one").get("x")).toHaveLength(400);
  journal.close();
});
