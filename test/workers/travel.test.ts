/** What a worker on another disk may say of files, and what it gets by that. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { digestBytes } from "../../src/codec/digest.ts";
import { file } from "../../src/codec/file.ts";
import { withPaths } from "../../src/codec/file-table.ts";
import { pack, packInputs } from "../../src/codec/pack.ts";
import { toWire } from "../../src/codec/wire.ts";
import { CallDirectories } from "../../src/run/directories.ts";
import type { Flight } from "../../src/run/flight.ts";
import type { Run } from "../../src/run/run.ts";
import type { Dispatch, Host } from "../../src/task/runner.ts";
import { writeInputs } from "../../src/workers/inputs.ts";
import { FILES, GIVEN, GIVES, NEEDS } from "../../src/workers/protocol.ts";
import { AwayFiles } from "../../src/workers/travel/away.ts";
import { CodeSource } from "../../src/workers/travel/code.ts";
import { FileDesk } from "../../src/workers/travel/desk.ts";
import { Lending } from "../../src/workers/travel/lending.ts";
import { placeOfCode } from "../../src/workers/travel/sent-code.ts";

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

/** A call on another disk that gives files: what lies here at last, below its directory. */
class Giving {
  readonly desk: FileDesk;
  readonly dir: string;

  constructor(dir = at("dirs", "t-1-1")) {
    this.dir = dir;
    const host = { dirs: at("dirs"), directory: () => {} } as unknown as Host;
    this.desk = new FileDesk(
      host,
      { id: 1, attempt: 1, dir: this.dir, task: { name: "t" } } as Dispatch,
      new Lending(),
    );
  }

  async places(paths: readonly string[], directory: string | null = null): Promise<(string | null)[]> {
    const left = paths.map(path => ({ path, digest: digestBytes(Buffer.from(path)), size: path.length, stamp: "" }));
    const [, what, places] = await this.desk.answer([NEEDS, "files", JSON.stringify([directory, left])])!;
    if (what === "refused") throw new Error(String(places));
    return JSON.parse(String(places)) as (string | null)[];
  }

  give(number: number, text: string, isLast = true, from = 0): Promise<unknown[]> {
    return this.desk.answer([GIVES, JSON.stringify([number, isLast, from]), Buffer.from(text)])!;
  }

  get lies(): readonly string[] {
    const all = readdirSync(this.dir, { recursive: true, withFileTypes: true });
    return all
      .filter(each => each.isFile())
      .map(each => path.relative(this.dir, path.join(each.parentPath, each.name)));
  }
}

test("what may not be looked at here is not here: it is sent", async () => {
  writeFileSync(at("file"), "");
  const asked: unknown[] = [];
  const ask = async ([, what, of]: unknown[]) => {
    asked.push([what, of]);
    throw new Error("as the test wants");
  };
  const files = new AwayFiles(ask, 1_000);
  // A way through a file, and a name that is too long.
  const paths = [at("file/below"), at("x".repeat(300))];
  for (const place of paths) {
    const sent = pack(file(at("file")), { task: "t", role: "result" });
    const wire: unknown[] = [];
    toWire(
      withPaths(sent, () => place),
      wire,
    );
    expect(files.hear([FILES, 1, place, "1 2 3"], 0)).toBe(4);
    await expect(files.bring("t", wire, 0)).rejects.toThrow("is not on this machine");
  }
  expect(asked).toEqual(paths.map(place => ["file", place]));
  const giving = new Giving();
  expect(await giving.places(paths)).toEqual([expect.any(String), expect.any(String)]);
});

test("code comes in pieces, however large its files are, and only what it is made of", async () => {
  vi.stubEnv("HEDDLE_CODE", at("shelf"));
  const large = randomBytes(250_000);
  const project = {
    "package.json": '{ "type": "module" }',
    "a.mjs": 'export const data = new URL("./data/", import.meta.url);',
    "data/large": large,
    "data/b": "b".repeat(60_000),
    "data/c": "c".repeat(60_000),
  };
  await mkdir(at("p/data"), { recursive: true });
  for (const [name, content] of Object.entries(project)) writeFileSync(at("p", name), content);
  const source = new CodeSource("send");
  const module = pathToFileURL(at("p/a.mjs")).href;
  source.lend(module);
  const answers: (readonly unknown[])[] = [];
  const ask = async ([, what, of]: unknown[]) => {
    const [, said, ...given] = await source.answer(String(what), String(of));
    if (said === "refused") throw new Error(String(given[0]));
    answers.push([said, given.reduce<number>((sum, bytes) => sum + Buffer.from(bytes as Uint8Array).byteLength, 0)]);
    return given;
  };
  const place = fileURLToPath(await placeOfCode(module, ask, 100_000, false));
  for (const name of ["large", "b", "c"]) {
    const [here, there] = [path.dirname(place), at("p")].map(folder => readFileSync(path.join(folder, "data", name)));
    expect(here!.equals(there!)).toBe(true);
  }
  const sizes = answers.flatMap(([said, size]) => (said === "manifest" ? [] : [size as number]));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100_000);
  expect(answers.filter(([said]) => said === "code piece").map(([, size]) => size)).toEqual([100_000, 100_000, 50_000]);
  const piece = (digest: string, from: number, length: number) =>
    source.answer("code piece", JSON.stringify([module, digest, from, length]));
  expect(await piece("0".repeat(64), 0, 1)).toEqual([GIVEN, "refused", expect.stringContaining("no part of it")]);
  for (const [from, length] of [
    [-1, 1],
    [0, 2 ** 31],
    [0, -1],
  ] as const) {
    const refused = [GIVEN, "refused", "no such piece is sent"];
    expect(await piece(digestBytes(large), from, length)).toEqual(refused);
  }
  vi.unstubAllEnvs();
});

test("files of a result land each by itself, whatever their names", async () => {
  const giving = new Giving();
  const own = path.join(giving.dir, "3/own");
  const paths = ["/x/m.part", "/x/m", "/x/a", "/y/a", "/y/2", "/z/a", own];
  const places = await giving.places(paths, giving.dir);
  expect(new Set(places).size).toBe(paths.length);
  expect(places.at(-1)).toBe(own);
  for (const [number, text] of paths.entries()) expect(await giving.give(number, text)).toEqual([GIVEN, "taken"]);
  for (const [number, place] of places.entries()) expect(readFileSync(place!, "utf8")).toBe(paths[number]);
  expect(giving.lies).toHaveLength(paths.length);
});

test("names that lead out of the directory of the call are refused", async () => {
  const giving = new Giving();
  for (const bad of ["/x/..", "..", ".", "/", ""]) {
    await expect(giving.places([bad])).rejects.toThrow("does not name a file");
  }
  const lies = [`${giving.dir}/../../out`, `${giving.dir}/a/`, `${giving.dir}.2/../x`];
  for (const place of await giving.places(lies, giving.dir)) expect(place).toMatch(new RegExp(`^${giving.dir}/`));
  expect(readdirSync(at("dirs"))).toEqual(["t-1-1"]);
});

test("a piece may come twice; more than was said, or not the next one, is refused", async () => {
  const giving = new Giving();
  const [place] = await giving.places(["/x/abcd", "/x/b"]);
  expect(await giving.places(["/x/abcd", "/x/b"])).toEqual([place, expect.any(String)]);
  const taken = [GIVEN, "taken"];
  const refused = (why: string) => [GIVEN, "refused", expect.stringContaining(why)];
  for (let i = 0; i < 2; i++) expect(await giving.give(0, "/x/a", false)).toEqual(taken);
  for (let i = 0; i < 2; i++) expect(await giving.give(0, "bcd", true, 4)).toEqual(taken);
  expect(readFileSync(place!, "utf8")).toBe("/x/abcd");
  expect(await giving.give(1, "/x", true, 1)).toEqual(refused("not the next one"));
  expect(await giving.give(1, "/x", false)).toEqual(taken);
  expect(await giving.give(1, "bcd", false, 2)).toEqual(refused("more than was said"));
  expect(await giving.give(1, "/b", true, 2)).toEqual(refused("not the next one"));
  expect(await giving.give(1, "/x/b")).toEqual(taken);
  for (const size of [-1, Number.NaN, 1.5, "7"]) {
    const left = [{ path: "/x/a", digest: "0", size, stamp: "" }];
    const asked = giving.desk.answer([NEEDS, "files", JSON.stringify([null, left])]);
    expect(await asked).toEqual(refused("no number of bytes"));
  }
  expect(giving.lies).toHaveLength(2);
});

test("a file that cannot land is refused, once and for all, and nothing is left of it", async () => {
  const giving = new Giving();
  const [place] = await giving.places(["/x/a"]);
  await mkdir(path.join(place!, "in the way"), { recursive: true });
  for (let i = 0; i < 2; i++) expect(await giving.give(0, "/x/a")).toEqual([GIVEN, "refused", expect.any(String)]);
  expect(await giving.give(0, "else")).toEqual([GIVEN, "refused", "it was changed meanwhile"]);
  expect(await giving.give(0, "/x", false)).toEqual([GIVEN, "taken"]);
  giving.desk.close();
  expect(await giving.give(0, "/a", true, 2)).toEqual([GIVEN, "refused", expect.stringContaining("not asked for")]);
  expect(giving.lies).toEqual([]);
});
