import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { EmbeddedQueue } from "../../src/background/embedded/queue.ts";
import { conforms } from "./conformance.ts";

const folders: string[] = [];
afterEach(() => {
  // The queue is closed by then: hooks run in the opposite order.
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

conforms(async () => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-queue-"));
  folders.push(folder);
  return EmbeddedQueue.open(folder);
});
