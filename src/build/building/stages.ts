/** Where outputs are made, for as long as somebody may: whoever reads a folder as a whole does not find that in it. */
import { dirname } from "node:path";
import type { TargetNode } from "../graph/node.ts";
import type { Records } from "../records/records.ts";

export class Stages {
  private readonly records: Records;
  /** By folder: how many outputs are to come into it, of targets that wait or are under way. */
  private readonly open = new Map<string, number>();

  constructor(records: Records) {
    this.records = records;
  }

  expect({ makes }: TargetNode): void {
    for (const { path } of makes) {
      const folder = dirname(path);
      this.open.set(folder, (this.open.get(folder) ?? 0) + 1);
    }
  }

  begun({ makes }: TargetNode, run: string): void {
    for (const { path } of makes) this.records.staged(dirname(path), run);
  }

  ended({ makes }: TargetNode, run: string): void {
    for (const { path } of makes) {
      const folder = dirname(path);
      const left = this.open.get(folder)! - 1;
      if (left > 0) this.open.set(folder, left);
      else {
        this.open.delete(folder);
        this.records.unstaged(folder, run);
      }
    }
  }
}
