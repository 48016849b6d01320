/** The beginning of the decade that a year lies in. */
export const decadeOf = (year: number) => Math.floor(year / 10) * 10;

export const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of an even number of values, the upper of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What is computed of each group of rows, with the group's key, in the order in which groups are first met. */
export function perGroup<T, K, S extends object>(
  rows: readonly T[],
  keyOf: (row: T) => K,
  compute: (rows: readonly T[]) => S,
): ({ readonly key: K } & S)[] {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups].map(([key, group]) => ({ key, ...compute(group) }));
}
