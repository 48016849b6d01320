export function substitute(value: unknown, valueOf: (x: object) => { value: unknown } | undefined): unknown {
  throw new Error(`not yet: ${typeof value} ${valueOf.length}`);
}
export function collect(value: unknown, isFuture: (x: object) => boolean, into: object[]): void {
  throw new Error(`not yet: ${typeof value} ${isFuture.length} ${into.length}`);
}
