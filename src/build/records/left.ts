/** What a target has made, and does not make any more. */
import type { TargetRecord } from "../freshness/record.ts";

/** What follows the identity of the target, so that nobody is called so. */
const LEFT = "\0before";

/** A record of what is left when this one takes the place of another; null for nothing. */
export function leftBehind(
  record: TargetRecord,
  get: (identity: string) => TargetRecord | undefined,
): TargetRecord | null {
  const before = get(record.identity);
  const gone = before?.makes.filter(({ path }) => !record.makes.some(make => make.path === path)) ?? [];
  if (gone.length === 0) return null;
  const identity = record.identity + LEFT;
  const more = get(identity)?.makes.filter(({ path }) => !gone.some(make => make.path === path)) ?? [];
  return { ...before!, identity, reads: [], makes: [...more, ...gone], result: null, returned: [] };
}

export function isLeft(identity: string): boolean {
  return identity.endsWith(LEFT);
}
