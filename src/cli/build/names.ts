import { listed } from "../../config/listed.ts";

const MOST = 3;

/** The first few of some names, in a line. */
export function someNames(names: readonly string[]): string {
  return listed(names, MOST);
}
