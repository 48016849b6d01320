/** The code that targets can reach. */
import { analyse } from "../cache/analysis.ts";
import type { Code } from "../cache/code.ts";
import { Codes } from "../cache/codes.ts";
import { codeChanges } from "../cache/explain/changes.ts";
import type { CodePart, Memo } from "../store/entry.ts";
import type { Family } from "./declare/registry.ts";

/**
 * By definition, as this process has loaded it: a module that is edited later does not change the function that is here,
 * and must not be taken for what made an output.
 */
const loaded = new WeakMap<object, Code>();

export class TargetCode {
  private readonly memo: Memo;
  private readonly codes: Codes;
  private readonly told = new Set<string>();

  constructor(root: string, memo: Memo) {
    this.memo = memo;
    this.codes = new Codes(root, memo, analyse);
  }

  of({ definition, bodies }: Family): Code {
    let code = loaded.get(definition);
    if (code === undefined) {
      const [fn] = bodies.values();
      const { identity, module, name } = definition;
      code = this.codes.of({ identity, module, name, kind: "task", fn: fn! }, "closure");
      loaded.set(definition, code);
    }
    return code;
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
    return codeChanges(known, parts).map(({ file, name, how }) => `${name} in ${file} ${how}`);
  }
}
