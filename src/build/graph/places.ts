import { isAbsolute, relative, resolve, sep } from "node:path";

/** A path that needs no thought: relative, with no empty, `.` or `..` parts. */
const PLAIN = /^(?!\/)(?:(?!\.{1,2}(?:\/|$))[^/\\\0]+\/)*(?!\.{1,2}$)[^/\\\0]+$/;

/** Paths as the graph knows them: relative to the project's root with `/` where they lie in it, else absolute. */
export class Places {
  readonly root: string;
  private readonly prefix: string;

  /** @param root Absolute. */
  constructor(root: string) {
    this.root = root;
    this.prefix = root.endsWith(sep) ? root : root + sep;
  }

  of(path: string): string {
    if (PLAIN.test(path)) return path;
    const whole = resolve(this.root, path);
    if (whole === this.root) return ".";
    return whole.startsWith(this.prefix) ? relative(this.root, whole).split(sep).join("/") : whole;
  }

  absolute(place: string): string {
    return isOutside(place) ? place : this.prefix + place;
  }
}

export function isOutside(place: string): boolean {
  return isAbsolute(place);
}
