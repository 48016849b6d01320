/** Programs that tests start many times: on Nodes that need a loader for TypeScript, that takes longer than all they do. */
import { rename } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { shared } from "../engines/shared.ts";

// There it finds what heddle depends on.
const folder = fileURLToPath(new URL("../../node_modules/.cache/fixtures/", import.meta.url));

/** The path of one file with this module, by its path in test/fixtures, and all of src that it imports. */
export function built(fixture: string): Promise<string> {
  const name = fixture.replaceAll("/", "-").replace(/\.ts$/, "");
  return shared(`built-${name}`, async () => {
    const { build } = await import("rolldown");
    const input = fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url));
    const fresh = `${folder}${name}-${process.pid}.mjs`;
    const external = /^(?!\.|\/)/;
    await build({ input, platform: "node", external, output: { file: fresh, format: "esm", codeSplitting: false } });
    const path = `${folder}${basename(name)}.mjs`;
    await rename(fresh, path);
    return path;
  });
}
