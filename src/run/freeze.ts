/** Freezes a plain structure and all plain ones inside it. */
export function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const open: object[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Object.isFrozen(next) || !isPlain(next)) continue;
    Object.freeze(next);
    for (const part of Object.values(next)) if (typeof part === "object" && part !== null) open.push(part as object);
  }
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
