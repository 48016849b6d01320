/** A queue whose file is not as it was written: an error that says what to do, or the right answers; no crash. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rig } from "./rig.ts";

const LOST = /The queue in .* cannot be used: its index is damaged \(.*\)\n +What it held cannot be read any more/;

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1);
const damages: readonly (readonly [how: string, damage: (bytes: Buffer) => Buffer, always: boolean])[] = [
  ["with another beginning", bytes => bytes.fill(0x61, 0, 9000), true],
  ["something else", () => Buffer.from("not an index ".repeat(9000)), true],
  ["cut to one page", bytes => bytes.subarray(0, 4096), true],
  ["cut in the middle", half, false],
  ["with zeros where pages were", bytes => bytes.fill(0, 8192, bytes.length - 8192), false],
];

test.each(damages)("%s", async (_, damage, always) => {
  const { place, script } = rig;
  await script("for (let n = 0; n < 30; n++) await add.delay(n, 1)");
  const path = join(place.folder, ".heddle/queue/index.lmdb/data.mdb");
  writeFileSync(path, damage(readFileSync(path)));
  for (const args of [["jobs"], ["worker", "tasks.mjs", "--until-idle"]]) {
    const { code, signal, stdout, stderr } = await place.heddle(...args);
    expect(signal).toBeNull();
    const right = code === 0 && (args[0] !== "jobs" || /30 jobs/.test(stdout));
    if (always || !right) expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(LOST) });
  }
});

test("a record of a job that is changed", async () => {
  const { place, script } = rig;
  const id = await script("return (await add.delay(41)).id");
  const path = join(place.folder, ".heddle/queue/index.lmdb/data.mdb");
  const bytes = readFileSync(path);
  let changed = 0;
  for (let at = bytes.indexOf('{"task":'); at >= 0; at = bytes.indexOf('{"task":', at + 1)) {
    bytes[at] = 0x21;
    changed += 1;
  }
  expect(changed).toBeGreaterThan(0);
  writeFileSync(path, bytes);
  for (const args of [["jobs"], ["jobs", "show", String(id)], ["jobs", "cancel", String(id)]]) {
    const { code, stderr } = await place.heddle(...args);
    expect({ args, code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(LOST) });
    expect(stderr).toContain(`the record of job ${id} cannot be read`);
  }
});
