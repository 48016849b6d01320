/** Case 56: stored results that are not as they were written are noticed, told of, and computed again. */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import { boxed, held, lengthOf, long } from "../fixtures/cases/cache-tasks.mjs";
import { here, on } from "./places.ts";
import { script } from "./script.ts";

/** The only large result in the store. */
function blobIn(where: string): string {
  const names = readdirSync(join(where, "cache/blobs"), { recursive: true, encoding: "utf8" });
  return join(where, "cache/blobs", names.find(name => /[\\/]/.test(name))!);
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 0x10;
  writeFileSync(path, bytes);
}

const damages = {
  "cut off": path => truncateSync(path, 700),
  emptied: path => truncateSync(path, 0),
  "changed in one byte": path => flip(path, 900),
  deleted: path => rmSync(path),
} satisfies Record<string, (path: string) => void>;

describe("a large result", () => {
  for (const [how, damage] of Object.entries(damages)) {
    for (const compress of [true, false]) {
      on(here, `that is ${how}${compress ? ", compressed" : ""}`, async bench => {
        const { at } = bench;
        const where = folder();
        const body = async () => {
          const text = long.with({ compress }).submit(at, "x", 60_000);
          return [(await text).slice(0, 20), await lengthOf.submit(at, text)];
        };
        const cold = await runOn(bench, where, body);
        expect(cold.warnings).toEqual([]);
        damage(blobIn(where));
        const again = await runOn(bench, where, body);
        expect(again.value).toEqual(cold.value);
        expect(again.told).toEqual(["long x"]);
        expect(again.warnings).toHaveLength(1);
        expect(again.warnings[0]).toMatch(/^The stored result of long-\d+ is damaged and is computed again: /);
        expect(await runOn(bench, where, body)).toMatchObject({ value: cold.value, told: [], warnings: [] });
      });
    }
  }

  on(here, "that is damaged and that nobody reads costs nothing; its consumers read what is computed", async bench => {
    const { at } = bench;
    const where = folder();
    const body = (more: boolean) => () => {
      const text = long.submit(at, "x", 60_000);
      return [lengthOf.submit(at, text), more ? boxed.submit(at, text as never).get("value") : null];
    };
    await runOn(bench, where, body(false));
    flip(blobIn(where), 900);
    expect(await runOn(bench, where, body(false))).toMatchObject({ value: [60_000, null], told: [], warnings: [] });
    const ran = await runOn(bench, where, body(true));
    expect(ran.value).toEqual([60_000, expect.stringMatching(/^[0-9a-z]{60000}$/)]);
    expect(ran.told).toEqual([expect.stringMatching(/^boxed /), "long x"]);
    expect(ran.warnings).toEqual([expect.stringMatching(/^The stored result of long-\d+ is damaged/)]);
  });
});

describe("a small result, in the index", () => {
  on(here, "that is changed in one byte", async bench => {
    const { at } = bench;
    const where = folder();
    bench.channel.passAll();
    const body = () => held.submit(at, "point", { needle: "this very text" });
    const cold = await runOn(bench, where, body);
    const index = join(where, "cache/index.lmdb/data.mdb");
    const bytes = readFileSync(index);
    let changed = 0;
    for (let from = bytes.indexOf("this very text"); from >= 0; from = bytes.indexOf("this very text", from + 1)) {
      bytes[from + 5]! ^= 1;
      changed += 1;
    }
    expect(changed).toBeGreaterThan(0);
    writeFileSync(index, bytes);
    const again = await runOn(bench, where, body);
    expect(again).toMatchObject({ value: cold.value, told: ["point"] });
    expect(again.warnings).toEqual([
      expect.stringMatching(/^The stored result of held-\d+ is damaged and is computed again: .* has a wrong checksum/),
    ]);
    expect(await runOn(bench, where, body)).toMatchObject({ value: cold.value, told: [], warnings: [] });
  });
});

describe("the index itself", () => {
  const program = `
    import { readFileSync } from "node:fs";
    import { startRun, task, flow } from "heddle";
    const square = task("square", { cache: true }, n => ({ square: n * n, text: "x".repeat(200) }));
    const all = flow("all", () => square.map(Array.from({ length: 400 }, (_, n) => n)));
    try {
      const value = await startRun(all, [], { quiet: true }).result;
      console.log("sum", value.reduce((sum, each) => sum + each.square + each.text.length, 0));
    } catch (error) {
      console.log(error.name, error.code, error.message.replaceAll("\\n", " "));
    }
  `;
  const damage = (write: string) => `
    import { readFileSync, writeFileSync } from "node:fs";
    const path = ".heddle/cache/index.lmdb/data.mdb";
    let bytes = readFileSync(path);
    ${write}
    writeFileSync(path, bytes);
  `;
  const right = "sum 21333400";
  const lost = /^StoreError STORE The cache in .* cannot be used: its index is damaged .*heddle cache rm --all/;
  const either = (line: string) => (line === right ? right : lost.test(line) ? "an error with a remedy" : line);

  test.each([
    ["with another beginning", "bytes.fill(0x61, 0, 9000);", [lost]],
    ["as something else", 'bytes = Buffer.from("not an index ".repeat(9000));', [lost]],
    ["cut to a few bytes", "bytes = bytes.subarray(0, 100);", [lost]],
    ["cut to one page", "bytes = bytes.subarray(0, 4096);", [lost]],
    ["cut in the middle", "bytes = bytes.subarray(0, bytes.length >> 1);", null],
    ["cut by its last bytes", "bytes = bytes.subarray(0, bytes.length - 5000);", null],
    ["with zeros where pages were", "bytes.fill(0, 8192, bytes.length - 8192);", null],
  ] as const)("%s: an error that says what to do, or right values", async (_, write, wanted) => {
    const ran = await script({
      "program.mjs": program,
      "main.mjs": `
        import { spawnSync } from "node:child_process";
        const node = name => spawnSync(process.execPath, [name], { encoding: "utf8" });
        const [first, damaging, second] = ["program.mjs", "damage.mjs", "program.mjs"].map(node);
        console.log(JSON.stringify([first, damaging, second].map(({ stdout, stderr, signal }) => ({ stdout, stderr, signal }))));
      `,
      "damage.mjs": damage(write),
    });
    const [first, damaging, second] = JSON.parse(ran.stdout) as {
      stdout: string;
      stderr: string;
      signal: string | null;
    }[];
    expect([first!.stdout.trim(), damaging!.stderr]).toEqual([right, ""]);
    if (wanted === null) expect(second).toMatchObject({ signal: null, stdout: expect.stringMatching(/./) });
    const line = second!.stdout.trim();
    if (wanted === null) expect([right, "an error with a remedy"]).toContain(either(line));
    else expect(line).toMatch(wanted[0]);
  });
});
