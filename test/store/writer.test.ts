/** Whether the process that made something lives: only where its number means the same process. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { platform } from "../../src/platform.ts";
import { isGone, isHere, writerMark } from "../../src/store/writer.ts";

const flags = platform.stripsTypes ? [] : ["--import", createRequire(import.meta.url).resolve("tsx")];
const unshare = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
const canUnshare = spawnSync("unshare", [...unshare, "true"]).status === 0;

test("a process that lives is not gone, one that does not is", () => {
  const mark = writerMark();
  const [host, pid, start] = mark.split(".");
  expect([isHere(mark), isGone(mark)]).toEqual([true, false]);
  expect(isGone(`${host}.999999999.1`)).toBe(true);
  expect(isGone(`${host}.${pid}.${Number(start) + 1}`)).toBe(true);
  expect([isHere("00000000.1.1"), isGone("00000000.1.1")]).toEqual([false, false]);
});

test.skipIf(!canUnshare)("from a container that shares the name of its machine a process cannot be seen", () => {
  const module = new URL("../../src/store/writer.ts", import.meta.url).href;
  const script = `import { isGone, isHere } from ${JSON.stringify(module)};
    console.log(isHere(${JSON.stringify(writerMark())}), isGone(${JSON.stringify(writerMark())}));`;
  const node = [process.execPath, ...flags, "--input-type=module", "-e", script];
  const { stdout } = spawnSync("unshare", [...unshare, ...node], { encoding: "utf8" });
  expect(stdout).toBe("false false\n");
});
