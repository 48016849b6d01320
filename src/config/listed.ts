/** The first of some names, in a line for a message, and how many more there are. */
export function listed(names: readonly string[], most: number): string {
  // "and 1 more" would take the place of what it does not say.
  if (names.length <= most + 1) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
