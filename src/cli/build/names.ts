const MOST = 3;

/** The first few of some names, in a line. */
export function someNames(names: readonly string[]): string {
  const shown = names.length <= MOST + 1 ? names : names.slice(0, MOST);
  const more = names.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
