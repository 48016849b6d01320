/** Results that name files, on their way into the store and out of it. */
import { isAbsolute, join, relative, sep } from "node:path";
import { filesIn, withPaths } from "../../codec/file-table.ts";
import { Packed, type PackedValue } from "../../codec/packed.ts";
import type { FileFact } from "../../store/entry.ts";

/** A result as the store keeps it: files in the project by their paths from its root, as that may be moved. */
export function toStore(packed: PackedValue, root: string): { value: PackedValue; files?: readonly FileFact[] } {
  if (!(packed instanceof Packed) || filesIn(packed).length === 0) return { value: packed };
  const value = withPaths(packed, path => fromRoot(path, root));
  return { value, files: filesIn(value) };
}

/** The same result in the project as it lies now. */
export function fromStore(packed: PackedValue, root: string): PackedValue {
  if (!(packed instanceof Packed)) return packed;
  return withPaths(packed, path => (isAbsolute(path) ? path : join(root, path)));
}

function fromRoot(path: string, root: string): string {
  const inside = relative(root, path);
  return isAbsolute(inside) || inside === ".." || inside.startsWith(`..${sep}`) ? path : inside.replaceAll(sep, "/");
}
