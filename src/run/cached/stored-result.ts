import { apart } from "../../codec/large.ts";
import { Packed } from "../../codec/packed.ts";
import type { Hit } from "../../store/entry.ts";
import { asError } from "../adopted.ts";
import { type Call, idOf } from "../call.ts";
import type { Run } from "../run.ts";
import { EntryValue, type Loaded, StoredValue } from "../stored.ts";
import { fromStore } from "./kept-files.ts";
import type { Kept } from "./kept-results.ts";

/** The result as it is kept here: what is small is there already, the rest is read when somebody needs it. */
export function resultOf(entry: Hit, call: Call, run: Run, kept: Kept): unknown {
  if ("inline" in entry.value) {
    const inline = fromStore(entry.value.inline, run.root);
    return entry.directory === undefined ? inline : new EntryValue(entry.result!, null, inline);
  }
  const { spec, inputs } = call;
  const read = async (): Promise<Loaded> => {
    try {
      return { value: fromStore(await kept.cache.store.read(entry), run.root), digest: entry.result! };
    } catch (error) {
      run.warn(damage(call, asError(error, spec.definition.name).message), call.number);
      await kept.cache.store.remove([entry.key]);
      return run.intake.again(spec, inputs!);
    }
  };
  return new EntryValue(entry.result!, read);
}

export function damage(call: Call, problem: string): string {
  return `The stored result of ${idOf(call)} is damaged and is computed again: ${problem.split("\n", 1)[0]}`;
}

/** A result that other calls have too: each is decoded for itself, as who reads one may change it. */
export function ownOf(raw: unknown): unknown {
  if (raw instanceof StoredValue && raw.isLoaded) return new EntryValue(raw.digest, null, raw.packed);
  return raw instanceof Packed ? apart(raw) : raw;
}
