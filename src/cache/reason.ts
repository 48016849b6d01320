/** Why a call would run, or did, instead of being taken from the cache. */
export type Reason =
  | { readonly why: "neverRun" }
  | { readonly why: "codeChanged"; readonly changes: readonly CodeChange[] }
  | { readonly why: "inputChanged"; readonly parameter: string; readonly paths: readonly string[] }
  /** An input that is another call's result is another one than before. */
  | { readonly why: "upstreamChanged"; readonly parameter: string; readonly call: string }
  /** Something that it needs would run: its key is not known yet. */
  | { readonly why: "upstreamRuns"; readonly calls: readonly string[] }
  | { readonly why: "childChanged"; readonly task: string; readonly reason: string }
  | { readonly why: "expired"; readonly at: number }
  | { readonly why: "damaged"; readonly problem: string }
  /** A file that the result names is not as it was. */
  | { readonly why: "fileChanged"; readonly path: string; readonly how: "changed" | "missing" }
  /** An option that counts (`version`, `include`, …) was changed. */
  | { readonly why: "optionChanged"; readonly option: string }
  | { readonly why: "forced" }
  | { readonly why: "cacheOff" };

export interface CodeChange {
  readonly file: string;
  readonly name: string;
  readonly how: "changed" | "added" | "removed";
}
