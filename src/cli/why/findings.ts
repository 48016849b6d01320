/** Why a call was executed, or was not: by its log, and by what is in the store. */
import { explain, type Past } from "../../cache/explain.ts";
import type { Reason } from "../../cache/reason.ts";
import { pastOf } from "../../cache/why.ts";
import { DamagedEntryError } from "../../errors.ts";
import type { About, Entry, EntryFacts } from "../../store/entry.ts";
import type { Store } from "../../store/store.ts";
import type { CallRef } from "./call.ts";
import type { Story } from "./story.ts";

export interface Findings {
  /** Why it was executed. */
  readonly reasons: readonly Reason[];
  /** Where its result came from; null where that is not known any more. */
  readonly source: EntryFacts | null;
  /** What cannot be said, and what to do; sentences. */
  readonly notes: readonly string[];
}

/** What is compared. */
export interface Case {
  readonly call: CallRef;
  readonly story: Story;
  readonly run: string;
  /** Null where there is none. */
  readonly store: Store | null;
  /** As messages name the folder of the store. */
  readonly folder: string;
}

const NOTHING_KNOWN: About = { marks: [], names: [], sources: [] };
const ELSEWHERE = "if the run kept its results elsewhere, name the folder with -o";

export function findingsOf(one: Case): Findings {
  const { story } = one;
  if (story.build !== null) return { reasons: [], source: null, notes: [] };
  if (story.outcome === "cached") return cached(one);
  if (story.key === null) return withoutKey(one);
  if (story.told !== null) return { reasons: [story.told], source: null, notes: [] };
  return compared({ ...one, key: story.key });
}

function cached({ story, store, folder, call, run }: Case): Findings {
  const { key } = story;
  if (key === null) return { reasons: [], source: null, notes: ["An equal call of the same run was under way."] };
  const entry = entryOf(store, key);
  if (entry === "damaged") return { reasons: [], source: null, notes: ["Its entry has been damaged since."] };
  if (entry === undefined) {
    return { reasons: [], source: null, notes: [`Its entry is not in ${folder} any more; ${ELSEWHERE}.`] };
  }
  if (entry.createdAt > story.at) {
    const note = `Its entry has been written anew since, by ${entry.call} of the run ${entry.run}.`;
    return { reasons: [], source: null, notes: [note] };
  }
  const own = entry.run === run && entry.call !== call.id;
  return { reasons: [], source: entry, notes: own ? ["An equal call of the same run computed it."] : [] };
}

function withoutKey({ story, call }: Case): Findings {
  const { kind, name } = call.task;
  if (!wasExecuted(story) && story.outcome !== "unfinished") return { reasons: [], source: null, notes: [] };
  const note =
    kind === "flow"
      ? `The result of a flow is kept with cache: true on ${name}.`
      : `Results are kept with cache: true on ${name} or its flow, or with --cache.`;
  return { reasons: [{ why: "cacheOff" }], source: null, notes: [note] };
}

function compared({ key, story, store, folder, call }: Case & { readonly key: string }): Findings {
  if (store === null) {
    return { reasons: [], source: null, notes: [`There is no store in ${folder} to compare with; ${ELSEWHERE}.`] };
  }
  const [task = "", , codePart = ""] = key.split(".");
  const about = store.about(key);
  const code = store.codes(codePart);
  const before = story.started?.at ?? story.keyedAt;
  // What is not known of this call cannot be held against others.
  const past = pastOf({ store }, task, key, before).map(
    (one): Past => ({
      entry: one.entry,
      get about() {
        return about === undefined ? undefined : one.about;
      },
      get code() {
        return code === undefined ? undefined : one.code;
      },
    }),
  );
  const lost = entryOf(store, key) === undefined && story.outcome === "completed";
  if (past.length === 0 && lost) {
    const note = `Nothing of ${call.task.name} is in ${folder}, so what changed cannot be told; ${ELSEWHERE}.`;
    return { reasons: [], source: null, notes: [note] };
  }
  const { identity } = call.task;
  const reasons = explain({ key, identity, code: code ?? [], about: about ?? NOTHING_KNOWN }, past);
  return { reasons, source: null, notes: gaps(reasons, about, code === undefined) };
}

/** What of the comparison the store did not have the facts for. */
function gaps(reasons: readonly Reason[], about: About | undefined, noCode: boolean): string[] {
  const said = new Set(reasons.map(({ why }) => why));
  return [
    ...(noCode && said.has("codeChanged")
      ? ["Its code is not in the store, so which declaration changed cannot be told: that is kept with results."]
      : []),
    ...(about === undefined && said.has("inputChanged")
      ? ["Its inputs are not in the store, so which of them changed cannot be told: they are kept with results."]
      : []),
  ];
}

export function wasExecuted({ outcome, ms, attempts }: Story): boolean {
  return outcome !== "cached" && (ms !== null || attempts > 0);
}

function entryOf(store: Store | null, key: string): Entry | "damaged" | undefined {
  try {
    return store?.get(key);
  } catch (error) {
    if (error instanceof DamagedEntryError) return "damaged";
    throw error;
  }
}
