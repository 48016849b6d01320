/** How many bits of a digest a number holds exactly, in digits. */
const DIGITS = 13;
const FIRST = 64;
const FULL = 0.75;

/**
 * How often each of very many digests was counted: about sixteen bytes for each. Of two that begin alike only one is
 * told apart, which no million of them do.
 */
export class Counts {
  /** Open addressing; 0 is a free place. */
  private marks = new Float64Array(FIRST);
  private size = 0;
  /** Of those that were counted more than once. */
  private readonly more = new Map<number, number>();

  /** @param digest in hexadecimal digits */
  of(digest: string): number {
    const mark = markOf(digest);
    return this.marks[this.placeOf(mark)] === 0 ? 0 : (this.more.get(mark) ?? 1);
  }

  add(digest: string): void {
    const mark = markOf(digest);
    const place = this.placeOf(mark);
    if (this.marks[place] === mark) {
      this.more.set(mark, (this.more.get(mark) ?? 1) + 1);
      return;
    }
    this.marks[place] = mark;
    this.size += 1;
    if (this.size > this.marks.length * FULL) this.grow();
  }

  private placeOf(mark: number): number {
    const { marks } = this;
    let place = mark % marks.length;
    while (marks[place] !== 0 && marks[place] !== mark) place = (place + 1) % marks.length;
    return place;
  }

  private grow(): void {
    const known = this.marks;
    this.marks = new Float64Array(2 * known.length);
    for (const mark of known) if (mark !== 0) this.marks[this.placeOf(mark)] = mark;
  }
}

function markOf(digest: string): number {
  return Number.parseInt(digest.slice(0, DIGITS), 16) + 1;
}
