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
      if (this.isEdited(code, since)) code = { ...code, digest: `unknown:${randomUUID()}` as Digest };
      loaded.set(definition, code);
    }
    return code;
  }

  /** Whether the files may say something else than what was loaded: they have been written to since. */
  private isEdited({ parts }: Code, since: number): boolean {
    let edited = false;
    for (const file of new Set(parts.map(part => part.file))) {
      const path = resolve(this.root, file);
      const first = Math.min(since, read.get(path) ?? since);
      read.set(path, first);
      const stat = statSync(path, { throwIfNoEntry: false });
      edited ||= stat !== undefined && Math.floor(Math.max(stat.mtimeMs, stat.ctimeMs)) > first;
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
