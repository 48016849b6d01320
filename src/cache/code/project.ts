import type { Digest } from "../../codec/digest.ts";

/** What an import means. */
export type Resolution =
  /** Absolute real path, outside `node_modules`: workspaces too. */
  | { readonly kind: "source"; readonly path: string }
  | {
      readonly kind: "package";
      readonly name: string;
      readonly version: string;
      readonly fingerprint: string;
      readonly path: string | null;
    }
  | { readonly kind: "builtin"; readonly name: string }
  /** Heddle itself: counts nowhere. */
  | { readonly kind: "heddle" }
  /** A file that is not code, such as JSON: counts by its content. */
  | { readonly kind: "data"; readonly path: string }
  | { readonly kind: "unknown"; readonly problem: string };

/** The files of a project. What is asked of it is remembered as what the answer depends on. */
export interface Project {
  readonly root: string;
  resolve(from: string, specifier: string): Resolution;
  read(path: string): { readonly text: string; readonly digest: Digest } | null;
  digestOf(path: string): Digest | null;
}
