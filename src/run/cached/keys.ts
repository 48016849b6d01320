import type { KeyMaker } from "../../cache/results.ts";
import { type Digest, digestBytes, markOf, resultDigest } from "../../codec/digest.ts";
import { Packed, type PackedValue } from "../../codec/packed.ts";
import { OptionError } from "../../errors.ts";
import type { DirectoryFact } from "../../store/entry.ts";
import type { Call } from "../call.ts";
import type { FutureBase } from "../future.ts";
import { KeptList, keptPacked, packedOf } from "../kept.ts";
import { StoredValue } from "../stored.ts";
import type { KeyedInputs } from "./keyed-inputs.ts";

const digests = new WeakMap<FutureBase, string>();

/** What a completed future counts as in keys: the digest of its result, which need not be loaded for that. */
export function digestOf(future: FutureBase): string {
  const { kept } = future;
  if (kept instanceof StoredValue) return kept.digest;
  const known = digests.get(future);
  if (known !== undefined) return known;
  const digest = kept instanceof KeptList ? digestOfList(kept) : countsAs(keptPacked(future) as PackedValue);
  if (!(kept instanceof KeptList) || kept.unloaded.length === 0) digests.set(future, digest);
  return digest;
}

function digestOfList({ values }: KeptList): string {
  const parts = values.map(value => (value instanceof StoredValue ? value.digest : countsAs(packedOf(value))));
  return markOf(parts, { task: "a list", role: "input" }, null).text;
}

/** The store keeps longer values in files, of which only a digest is known before they are read. */
const SHORT = 60;

/** What a result counts as in the keys of its consumers. */
function countsAs(packed: PackedValue): string {
  const mark = resultDigest(packed);
  if (packed instanceof Packed) return mark;
  // Of a long text the mark is short.
  const { length } = typeof packed === "string" ? packed : mark;
  return length <= SHORT ? mark : digestBytes(mark);
}

/** The same as a digest, as the store keeps it. */
export function digestOfResult(packed: PackedValue): Digest {
  const mark = resultDigest(packed);
  return packed instanceof Packed ? mark : digestBytes(mark);
}

/** Of a result with a directory, whose content consumers may read. */
export function digestWithDirectory(packed: PackedValue, { files }: DirectoryFact): Digest {
  const listed = files.map(({ path, digest }) => `${path} ${digest}`);
  return digestBytes([digestOfResult(packed), ...listed].join("\n"));
}

/** The key of a call whose inputs are known; for a `key` function of the user's they must be loaded. */
export function keyOf(call: Call, maker: KeyMaker): string {
  const { inputs, spec } = call;
  const { key } = maker.policy;
  if (key !== null) return ownKey(maker, key, inputs!.values(), spec.definition.name);
  return maker.keyOf((inputs as KeyedInputs).closed(digestOf));
}

/** The key by what a task's own `cache.key` gives. */
export function ownKey(
  maker: KeyMaker,
  key: NonNullable<KeyMaker["policy"]["key"]>,
  inputs: readonly unknown[],
  task: string,
): string {
  let value: unknown;
  try {
    value = key(...(inputs as never[]));
  } catch (error) {
    const problem = `the function failed: ${error instanceof Error ? error.message : String(error)}`;
    const hint = "Let it give a value for all inputs of the task. It runs in the coordinator, before the call starts.";
    throw new OptionError({ where: `cache.key of "${task}"`, problem, hint }, { cause: error });
  }
  return maker.keyOfMarks([markOf(value, { task, role: "input" }, null).text]);
}
