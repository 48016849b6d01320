/** Records that are written only where there is none of their key, many of them at a time. */
import type { Table } from "./environment.ts";

export interface PutNew {
  readonly table: Table<string>;
  readonly key: string;
  readonly record: Buffer;
  /** It is committed, or there was one. */
  done(isNew: boolean): void;
  failed(error: Error): void;
}

type Told = (error: unknown, isNew?: boolean) => void;
/** LMDB's `put` as its types do not know it: null says that there must be none. */
type PutIfNew = (key: string, record: Buffer, told: Told, version: null) => void;

/**
 * Gives them all to LMDB's thread. Resolves when each has been told what came of it.
 *
 * @param explain says what an error of the binding means.
 */
export async function putAllNew(
  puts: readonly PutNew[],
  explain: (error: unknown, tell: (real: Error) => void) => Promise<void>,
): Promise<void> {
  const [sent, outcomes] = await send(puts);
  const explained: Promise<void>[] = [];
  for (let at = 0; at < sent.length; at++) {
    const outcome = outcomes[at];
    if (typeof outcome === "boolean") sent[at]!.done(outcome);
    else explained.push(explain(outcome, real => sent[at]!.failed(real)));
  }
  if (explained.length > 0) await Promise.all(explained);
}

/** Gives what came of each: whether it was new, or an error. */
function send(puts: readonly PutNew[]): Promise<[sent: readonly PutNew[], outcomes: readonly unknown[]]> {
  const refused: [PutNew, unknown][] = [];
  const sent: PutNew[] = [];
  const outcomes: unknown[] = [];
  return new Promise(resolve => {
    let isSent = false;
    const end = () => {
      if (!isSent || outcomes.length < sent.length) return;
      for (const [put, error] of refused) {
        sent.push(put);
        outcomes.push(error);
      }
      resolve([sent, outcomes]);
    };
    // LMDB tells of records in the order in which it was given them, so that one function does for all.
    const told: Told = (error, isNew) => {
      outcomes.push(error ?? isNew);
      end();
    };
    for (const put of puts) {
      sent.push(put);
      try {
        (put.table.put as unknown as PutIfNew).call(put.table, put.key, put.record, told, null);
      } catch (error) {
        sent.pop();
        refused.push([put, error]);
      }
    }
    isSent = true;
    end();
  });
}
