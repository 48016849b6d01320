/** What an import names, before anything is looked up. */
import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export type Named =
  | { readonly kind: "builtin"; readonly name: string }
  /** An absolute path, without query and fragment. */
  | { readonly kind: "place"; readonly place: string }
  /** A name inside the package's `imports`, such as `#internal`. */
  | { readonly kind: "internal"; readonly name: string }
  | { readonly kind: "package"; readonly name: string; readonly whole: string }
  | { readonly kind: "strange"; readonly problem: string };

const RELATIVE = /^\.{0,2}\/|^\.{1,2}$/;
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

export function named(from: string, specifier: string): Named {
  if (isBuiltin(specifier)) return { kind: "builtin", name: specifier.replace(/^node:/, "") };
  if (RELATIVE.test(specifier)) return { kind: "place", place: placeOf(from, specifier) };
  if (specifier.startsWith("#")) return { kind: "internal", name: specifier };
  const scheme = SCHEME.exec(specifier)?.[1];
  if (scheme === "file") return { kind: "place", place: placeOf(from, specifier) };
  if (scheme !== undefined) return { kind: "strange", problem: `it is a ${scheme}: address, which is not followed` };
  const name = /^(@[^/]+\/)?[^/@][^/]*/.exec(specifier)?.[0];
  if (name === undefined) return { kind: "strange", problem: "it is no name of a package" };
  return { kind: "package", name, whole: specifier };
}

/** Imports are URLs: they may have queries, and names that are escaped. */
function placeOf(from: string, specifier: string): string {
  try {
    return fileURLToPath(new URL(specifier, pathToFileURL(from)));
  } catch {
    return path.resolve(path.dirname(from), specifier.replace(/^file:(\/\/)?/, ""));
  }
}
