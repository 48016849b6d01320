/**
 * Which executions wait for which, as an order that is kept while edges come: an edge that would close a circle is
 * found by searching only between its two ends. After Pearce and Kelly, "A dynamic topological sort algorithm for
 * directed acyclic graphs" (2006).
 */
export class WaitOrder<T extends object> {
  private readonly places = new Map<T, Place<T>>();
  private next = 0;

  add(node: T): void {
    if (!this.places.has(node)) this.places.set(node, { node, at: this.next++, needs: new Set(), neededBy: new Set() });
  }

  /** `node` waits for nobody any more, and nobody for it. */
  remove(node: T): void {
    const place = this.places.get(node);
    if (place === undefined) return;
    this.places.delete(node);
    for (const each of place.needs) each.neededBy.delete(place);
    for (const each of place.neededBy) each.needs.delete(place);
  }

  /** `from` begins to wait for `to`; gives the circle from `to` back to `from` that this would close, else null. */
  wait(from: T, to: T): T[] | null {
    const [a, b] = [this.places.get(from), this.places.get(to)];
    if (a === undefined || b === undefined) return null;
    if (a === b) return [from];
    if (a.at > b.at) {
      const circle = this.reorder(a, b);
      if (circle !== null) return circle;
    }
    a.needs.add(b);
    b.neededBy.add(a);
    return null;
  }

  private reorder(from: Place<T>, to: Place<T>): T[] | null {
    const before = new Map<Place<T>, Place<T> | null>([[to, null]]);
    const ahead: Place<T>[] = [to];
    for (let i = 0; i < ahead.length; i++) {
      for (const next of ahead[i]!.needs) {
        if (next.at > from.at || before.has(next)) continue;
        before.set(next, ahead[i]!);
        if (next === from) return pathTo(from, before);
        ahead.push(next);
      }
    }
    const behind: Place<T>[] = [from];
    const seen = new Set(behind);
    for (let i = 0; i < behind.length; i++) {
      for (const next of behind[i]!.neededBy) {
        if (next.at < to.at || seen.has(next)) continue;
        seen.add(next);
        behind.push(next);
      }
    }
    const byPlace = (a: Place<T>, b: Place<T>) => a.at - b.at;
    const moved = [...behind.sort(byPlace), ...ahead.sort(byPlace)];
    const places = moved.map(each => each.at).sort((a, b) => a - b);
    moved.forEach((each, index) => {
      each.at = places[index]!;
    });
    return null;
  }
}

interface Place<T> {
  readonly node: T;
  /** What waits comes before what it waits for. */
  at: number;
  readonly needs: Set<Place<T>>;
  readonly neededBy: Set<Place<T>>;
}

function pathTo<T>(end: Place<T>, before: ReadonlyMap<Place<T>, Place<T> | null>): T[] {
  const path: T[] = [];
  for (let at: Place<T> | null | undefined = end; at != null; at = before.get(at)) path.push(at.node);
  return path.reverse();
}
