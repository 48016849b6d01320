import type { Memo } from "../../store/entry.ts";
import type { Project } from "../code/project.ts";
import { analyse } from "./analyse.ts";
import { ANALYSIS, type FileRecord } from "./record.ts";

/** What the files of a project say, each worked out once for its content. */
export class Records {
  private readonly project: Project;
  private readonly memo: Memo | null;
  private readonly known = new Map<string, FileRecord>();

  constructor(project: Project, memo: Memo | null) {
    this.project = project;
    this.memo = memo;
  }

  /** Null for a file that is not there. */
  of(path: string): FileRecord | null {
    const digest = this.project.digestOf(path);
    if (digest === null) return null;
    const ending = /\.[a-z]+$/.exec(path)?.[0] ?? "";
    const key = `record ${ANALYSIS} ${ending} ${digest}`;
    let record = this.known.get(key) ?? (this.memo?.get(key) as FileRecord | undefined);
    if (record === undefined) {
      const file = this.project.read(path);
      if (file === null) return null;
      record = analyse(path, file.text);
      this.memo?.put(key, record);
    }
    this.known.set(key, record);
    return record;
  }
}
