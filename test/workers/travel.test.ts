/** What a worker on another disk may say of files, and what it gets by that. */
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { file } from "../../src/codec/file.ts";
import { withPaths } from "../../src/codec/file-table.ts";
import { pack, packInputs } from "../../src/codec/pack.ts";
import { toWire } from "../../src/codec/wire.ts";
import { CallDirectories } from "../../src/run/directories.ts";
import type { Flight } from "../../src/run/flight.ts";
import type { Run } from "../../src/run/run.ts";
import { writeInputs } from "../../src/workers/inputs.ts";
import { Lending } from "../../src/workers/travel/lending.ts";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), "heddle-travel-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const at = (...names: string[]) => path.join(home, ...names);

test("of the directories that calls say they have made, only those at their own places are removed", async () => {
  const run = { id: "run-1", root: home, settings: {}, gate: null };
  const directories = new CallDirectories(run as unknown as Run);
  const kept = at("store", "ab", "cdef-1");
  const own = { dir: kept, directory: null };
  const bare = { dir: null, directory: null };
  const others = [at("victim"), at("store", "ab", "other-1"), `${path.dirname(directories.base)}/of-another-run`];
  for (const place of [...others, kept, `${kept}.2`]) await mkdir(place, { recursive: true });
  const lies = [...others, `${kept}/../../../victim`, `${kept}.2/../../../victim`, `${directories.base}/../../victim`];
  for (const lie of lies) {
    for (const flight of [own, bare, undefined]) directories.made(flight as Flight | undefined, lie);
  }
  expect([own.directory, bare.directory]).toEqual([null, null]);
  directories.made(bare as unknown as Flight, `${directories.base}/plain-1-1`);
  directories.made(own as unknown as Flight, `${kept}.2`);
  await directories.close();
  expect([readdirSync(at()).sort(), readdirSync(at("store", "ab")).sort()]).toEqual([
    [".heddle", "store", "victim"],
    ["cdef-1", "other-1"],
  ]);
  expect([own.directory, bare.directory]).toEqual([`${kept}.2`, `${directories.base}/plain-1-1`]);
});

test("what a result names is given out only if it is what the result says, what flows name as it is", async () => {
  for (const name of ["made", "secret", "own"]) writeFileSync(at(name), name);
  const lending = new Lending();
  const made = pack(file(at("made")), { task: "t", role: "result" });
  const forged = withPaths(made, () => at("secret"));
  const wire: unknown[] = [];
  for (const value of [made, forged]) toWire(value, wire);
  writeInputs(
    packInputs([file(at("own"))], { task: "t", role: "input", travels: true }, () => undefined),
    [],
    wire,
    false,
  );
  lending.say(wire, 0);
  const all = async (name: string) => {
    const [, , , size] = await lending.file(at(name));
    const [, , bytes] = await lending.piece(JSON.stringify([at(name), 0, size]));
    return Buffer.from(bytes as Uint8Array).toString();
  };
  const secret = JSON.stringify([at("secret"), 0, 6]);
  await expect(lending.piece(secret)).rejects.toThrow("changed meanwhile");
  await expect(lending.file(at("secret"))).rejects.toThrow("not what the result had");
  await expect(lending.piece(secret)).rejects.toThrow("changed meanwhile");
  await expect(lending.file(at("other"))).rejects.toThrow("no input names it");
  expect([await all("made"), await all("own")]).toEqual(["made", "own"]);
  for (const name of ["made", "own"]) writeFileSync(at(name), "another");
  await expect(lending.piece(JSON.stringify([at("made"), 0, 4]))).rejects.toThrow("changed meanwhile");
  await expect(all("made")).rejects.toThrow("not what the result had");
  expect(await all("own")).toBe("another");
});
