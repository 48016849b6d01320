import { createHash } from "node:crypto";
import { readFileSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { FileDigests } from "../../src/store/file-digests.ts";
import { folderWith, MapMemo } from "../cache/resolve/folder.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** As if everything that has been written until now had been written some time ago. */
function later(seconds = 10): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1000 });
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

test("a file counts by its content, whatever its size", () => {
  const folder = folderWith({ empty: "", small: "small", mib: "a".repeat(1 << 20), large: "é".repeat(1_700_001) });
  const digests = new FileDigests(null);
  for (const name of ["empty", "small", "mib", "large"]) {
    const content = readFileSync(join(folder, name));
    expect(digests.of(join(folder, name))).toMatchObject({ digest: sha256(content), size: content.length });
    expect(digests.read(join(folder, name))?.bytes.equals(content)).toBe(true);
  }
});

test("there is no digest of what is no file", () => {
  const folder = folderWith({ "a/file": "" });
  symlinkSync(join(folder, "nowhere"), join(folder, "dangling"));
  const digests = new FileDigests(null);
  for (const name of ["none", "a", "a/file/below", "dangling"]) {
    expect(digests.of(join(folder, name))).toBe(null);
    expect(digests.read(join(folder, name))).toBe(null);
  }
});

test("a link counts by the file that it leads to", () => {
  const folder = folderWith({ a: "content" });
  symlinkSync(join(folder, "a"), join(folder, "link"));
  expect(new FileDigests(null).of(join(folder, "link"))?.digest).toBe(sha256("content"));
});

test("a file that was not written to is not read again, in this process or the next", () => {
  const folder = folderWith({ a: "content" });
  const file = join(folder, "a");
  const memo = new MapMemo();
  later();
  const first = new FileDigests(memo);
  expect(first.of(file)?.digest).toBe(sha256("content"));
  const stamp = first.known(file)?.stamp;
  expect(stamp).not.toBe(null);
  // What is remembered is told from what is read by being wrong.
  memo.kept.set(`file:${file}`, [stamp, "remembered", 7]);
  expect(new FileDigests(memo).of(file)).toMatchObject({ digest: "remembered", size: 7 });
  const adopting = new FileDigests(null);
  adopting.adopt(file, { digest: "adopted" as never, size: 7, stamp: stamp! });
  expect(adopting.of(file)?.digest).toBe("adopted");
});

test("a file that is young when it is hashed is not believed to stay as it is", () => {
  const folder = folderWith({ a: "one" });
  const file = join(folder, "a");
  const memo = new MapMemo();
  const digests = new FileDigests(memo);
  expect(digests.of(file)?.digest).toBe(sha256("one"));
  expect(memo.kept.size).toBe(0);
  const { atime, mtime } = statSync(file);
  writeFileSync(file, "two");
  utimesSync(file, atime, mtime);
  expect(digests.of(file)?.digest).toBe(sha256("two"));
  expect(new FileDigests(memo).of(file)?.digest).toBe(sha256("two"));
});

test("every way of writing to an old file is noticed", () => {
  const folder = folderWith({ a: "one", b: "two" });
  const file = join(folder, "a");
  const memo = new MapMemo();
  later();
  const digests = new FileDigests(memo);
  expect(digests.of(file)?.digest).toBe(sha256("one"));
  const { atime, mtime } = statSync(file);
  writeFileSync(file, "six");
  utimesSync(file, atime, mtime);
  expect(digests.of(file)?.digest).toBe(sha256("six"));
  renameSync(join(folder, "b"), file);
  expect(digests.of(file)?.digest).toBe(sha256("two"));
  writeFileSync(file, "longer");
  expect(digests.of(file)).toMatchObject({ digest: sha256("longer"), size: 6 });
});

test("a file that is written to while it is read is read again", () => {
  const folder = folderWith({ a: "one" });
  const file = join(folder, "a");
  later();
  const digests = new FileDigests(null);
  const stale = statSync(file, { bigint: true });
  renameSync(folderWithFile("two!"), file);
  // The stat of the caller is from before: it must not be taken for that of what is read now.
  expect(digests.of(file, stale)).toMatchObject({ digest: sha256("two!"), size: 4 });
  expect(digests.of(file)?.digest).toBe(sha256("two!"));
});

function folderWithFile(content: string): string {
  return join(folderWith({ file: content }), "file");
}

test("what a memo holds that is not ours is not believed", () => {
  const file = folderWithFile("content");
  const memo = new MapMemo();
  memo.kept.set(`file:${file}`, "nonsense");
  expect(new FileDigests(memo).of(file)?.digest).toBe(sha256("content"));
});
