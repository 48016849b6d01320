/** The result of an entry, where it can be read here. */
import { unpack } from "../../codec/unpack.ts";
import { DamagedEntryError, ProtocolError, SerializerError } from "../../errors.ts";
import type { Entry } from "../../store/entry.ts";
import type { Store } from "../../store/store.ts";

export type Content =
  | { readonly value: unknown }
  /** `damaged` is false where only this command cannot read it, as it has not loaded the modules of the project. */
  | { readonly problem: string; readonly damaged: boolean; readonly error: unknown };

export async function contentOf(store: Store, entry: Entry): Promise<Content> {
  try {
    return { value: unpack(await store.read(entry)) };
  } catch (error) {
    if (error instanceof SerializerError) {
      return { problem: `The result cannot be shown here: ${error.short}`, damaged: false, error };
    }
    if (error instanceof DamagedEntryError) {
      return {
        problem: `The result is damaged: ${error.problem}; heddle cache verify removes it`,
        damaged: true,
        error,
      };
    }
    if (error instanceof ProtocolError) {
      return { problem: `The result cannot be decoded: ${error.short}`, damaged: true, error };
    }
    throw error;
  }
}
