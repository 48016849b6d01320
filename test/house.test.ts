import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** From the roof to the ground: a room imports only from those after it. */
const ROOMS = [
  "cli",
  "web",
  "report",
  "build",
  "background",
  "run",
  "runners",
  "workers",
  "code",
  "cache",
  "store",
  "graph",
  "task",
  "events",
  "codec",
  "config",
];
const GROUND = ["errors.ts", "catalogue.ts", "platform.ts", "version.ts"];

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(file => file.endsWith(".ts"));

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), "utf8");
  const found = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
  return [...found].map(match => relative(src, resolve(src, dirname(file), match[1]!)));
}

function roomOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file;
}

test("every folder of src is a room of the house", () => {
  const folders = readdirSync(src).filter(name => statSync(join(src, name)).isDirectory());
  expect(folders.filter(name => !ROOMS.includes(name))).toEqual([]);
});

test("a room imports only from rooms below it", () => {
  const upward: string[] = [];
  for (const file of files) {
    const level = ROOMS.indexOf(roomOf(file));
    for (const target of importsOf(file)) {
      const room = roomOf(target);
      if (level === -1) {
        if (GROUND.includes(file) && !GROUND.includes(target)) upward.push(`${file} → ${target}`);
        continue;
      }
      if (room === roomOf(file) || GROUND.includes(room)) continue;
      if (ROOMS.indexOf(room) <= level) upward.push(`${file} → ${target}`);
    }
  }
  expect(upward).toEqual([]);
});

test("imports name files that exist, with their ending", () => {
  const known = new Set(files);
  const broken = files.flatMap(file =>
    importsOf(file)
      .filter(target => !known.has(target) && target !== "../package.json")
      .map(target => `${file} → ${target}`),
  );
  expect(broken).toEqual([]);
});

test("no file is named for what it could not be sorted into", () => {
  expect(files.filter(file => /(^|\/)(utils?|helpers?|common|misc)(\/|\.)/.test(file))).toEqual([]);
});

test("no source file is longer than 300 lines", () => {
  const long = files.filter(file => readFileSync(join(src, file), "utf8").split("\n").length > 301);
  expect(long).toEqual([]);
});
