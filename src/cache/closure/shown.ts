import { isAbsolute, relative, sep } from "node:path";

/** A path as people see it. */
export function shown({ root }: { readonly root: string }, path: string): string {
  const inside = relative(root, path);
  return isAbsolute(inside) ? path : inside.split(sep).join("/");
}
