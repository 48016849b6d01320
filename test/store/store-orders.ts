/** What a process that shares a store can be told to do. */
export type Order =
  /** Writes the numbers from one to another, each with the name of the process as its run; tells which runs counted. */
  | { readonly write: readonly [from: number, to: number]; readonly run: string }
  /** Reads the numbers, and tells how many there were. */
  | { readonly read: readonly [from: number, to: number] }
  /** Writes on until it is killed, and tells each number that was acknowledged. */
  | { readonly writeOn: number }
  | { readonly use: readonly number[] }
  /** Prunes to so many bytes; tells how many entries went. */
  | { readonly prune: number }
  | { readonly close: true };
