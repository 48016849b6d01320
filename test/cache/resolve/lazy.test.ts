import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { folderWith } from "./folder.ts";

const CODES = new URL("../../../src/cache/codes.ts", import.meta.url).href;
const STAND_IN = new URL("./standin.ts", import.meta.url).href;

/** Asks for one task's code with a memo in a file, and says which large libraries were loaded for it. */
const PROGRAM = `
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deserialize, serialize } from "node:v8";
import { Codes } from ${JSON.stringify(CODES)};
import { StandIn } from ${JSON.stringify(STAND_IN)};

const kept = existsSync("memo") ? deserialize(readFileSync("memo")) : new Map();
const memo = { get: key => kept.get(key), put: (key, value) => void kept.set(key, value) };
const module = process.argv[2];
new Codes(process.cwd(), memo, new StandIn().analyse).of({ identity: "t", module, name: "t", kind: "task", fn: () => 1 }, "closure");
writeFileSync("memo", serialize(kept));
const loaded = Object.keys(createRequire(import.meta.url).cache).join(" ");
console.log(JSON.stringify(["enhanced-resolve", "oxc-parser"].filter(name => loaded.includes("/" + name + "/"))));
`;

test("a warm start does not load what looks up imports", () => {
  const root = folderWith({
    "package.json": { name: "p", type: "module" },
    "main.ts": 'import "./a.js"; import "lib";',
    "a.ts": "",
    "node_modules/lib/package.json": { name: "lib", version: "1.0.0" },
    "program.mjs": PROGRAM,
  });
  const start = () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--import",
        pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href,
        "program.mjs",
        pathToFileURL(join(root, "main.ts")).href,
      ],
      { cwd: root, encoding: "utf8", timeout: 50_000 },
    );
    expect(stderr).toBe("");
    return JSON.parse(stdout) as string[];
  };
  expect(start()).toEqual(["enhanced-resolve"]);
  expect(start()).toEqual([]);
});
