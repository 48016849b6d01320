/** Reads `--prefix LABEL=COMMAND`, which may be given more than once. */
import type { Prefixes } from "../../config/prefix.ts";
import { UsageError } from "../../errors.ts";

export function readPrefixes(given: readonly string[]): Prefixes {
  return Object.fromEntries(given.map(readPrefix));
}

function readPrefix(text: string): [label: string, command: string] {
  const at = text.indexOf("=");
  if (at > 0 && text.slice(at + 1).trim() !== "") return [text.slice(0, at).trim(), text.slice(at + 1)];
  throw new UsageError({
    problem: `--prefix ${text}: there is no label and command`,
    hint: "Write --prefix 'gpu=srun --gres=gpu:{gpu}': a label, =, and what runs its calls.",
  });
}
