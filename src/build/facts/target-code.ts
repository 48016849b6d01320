/** The code that targets can reach. */
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { analyse } from "../../cache/analysis.ts";
import type { Code } from "../../cache/code.ts";
import { Codes } from "../../cache/codes.ts";
import { codeChanges } from "../../cache/explain/changes.ts";
import { sayChanges } from "../../cache/explain/say.ts";
import type { Digest } from "../../codec/digest.ts";
import type { CodePart, Memo } from "../../store/entry.ts";
import type { Family } from "../declare/registry.ts";

/**
 * By definition, as this process has loaded it: a module that is edited later does not change the function that is here,
 * and must not be taken for what made an output.
 */
const loaded = new WeakMap<object, Code>();

/** Of such code, what its files were like then. */
const stamps = new WeakMap<Code, ReadonlyMap<string, string>>();

/** Files of code, with the time before each was first read in this process. */
const read = new Map<string, number>();

export class TargetCode {
  private readonly root: string;
  private readonly memo: Memo;
  private readonly codes: Codes;
  private readonly told = new Set<string>();

  constructor(root: string, memo: Memo) {
    this.root = root;
    this.memo = memo;
    this.codes = new Codes(root, memo, analyse);
  }

  of({ definition, bodies, since }: Family): Code {
    let code = loaded.get(definition);
    if (code === undefined) {
      const [fn] = bodies.values();
      const { identity, module, name } = definition;
      code = this.codes.of({ identity, module, name, kind: "task", fn: fn! }, "closure");
      const files = new Map([...new Set(code.parts.map(({ file }) => file))].map(file => [file, this.stampOf(file)]));
      if (this.isEdited(files.keys(), since)) code = { ...code, digest: nobodys() };
      loaded.set(definition, code);
      stamps.set(code, files);
    }
    return code;
  }

  /** The digest to record. A worker loads modules later: where they were written to meanwhile, nobody knows what it has. */
  ranWith(family: Family): Digest {
    const code = this.of(family);
    for (const [file, stamp] of stamps.get(code)!) if (this.stampOf(file) !== stamp) return nobodys();
    return code.digest;
  }

  private stampOf(file: string): string {
    const stat = statSync(resolve(this.root, file), { throwIfNoEntry: false });
    return stat === undefined ? "" : `${stat.size} ${stat.mtimeMs} ${stat.ino}`;
  }

  /** Whether the files may say something else than what was loaded: they have been written to since. */
  private isEdited(files: Iterable<string>, since: number): boolean {
    let edited = false;
    for (const file of files) {
      const path = resolve(this.root, file);
      const first = Math.min(since, read.get(path) ?? since);
      read.set(path, first);
      const stat = statSync(path, { throwIfNoEntry: false });
      // The other time can be set to anything.
      edited ||= stat !== undefined && Math.floor(stat.ctimeMs) > first;
    }
    return edited;
  }

  /** Whether some of the code is in this file. */
  reaches(family: Family, place: string): boolean {
    return this.of(family).parts.some(({ file }) => file === place);
  }

  /** Keeps what the code consists of, so that a later change of it can be named. */
  keep({ digest, parts }: Code): void {
    if (this.told.has(digest)) return;
    this.told.add(digest);
    this.memo.put(`parts:${digest}`, parts);
  }

  /** Which declarations are not as they were, in words; none where that is not known any more. */
  changes(before: string, { parts }: Code): readonly string[] {
    const known = this.memo.get(`parts:${before}`) as readonly CodePart[] | undefined;
    if (known === undefined) return [];
    return sayChanges(codeChanges(known, parts));
  }
}

/** What no other code has. */
function nobodys(): Digest {
  return `unknown:${randomUUID()}` as Digest;
}
