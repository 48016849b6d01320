import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { GraphProblem } from "../errors.ts";
import type { TargetNode } from "./graph/node.ts";
import type { Places } from "./graph/places.ts";

/** The folders into which outputs are to come, each looked at once. */
export class Folders {
  private readonly places: Places;
  private readonly blocked = new Map<string, string | null>();

  constructor(places: Places) {
    this.places = places;
  }

  /** Outputs that cannot be made, as a file lies where one of their folders should be. */
  problemsOf({ name, makes }: TargetNode): GraphProblem[] {
    return makes.flatMap(({ path }): GraphProblem[] => {
      const file = this.fileAmong(dirname(path));
      if (file === null) return [];
      return [
        {
          kind: "outputInFile",
          says: `The output ${path} of ${name} cannot be made, as ${file} is a file and no folder`,
          hint: "Remove that file, or give the output another path.",
          targets: [name],
          paths: [path, file],
        },
      ];
    });
  }

  private fileAmong(folder: string): string | null {
    const known = this.blocked.get(folder);
    if (known !== undefined) return known;
    const found = this.look(folder);
    this.blocked.set(folder, found);
    return found;
  }

  private look(folder: string): string | null {
    const parent = dirname(folder);
    // The root of the project, or of the disk.
    if (parent === folder) return null;
    const above = this.fileAmong(parent);
    if (above !== null) return above;
    const stat = statSync(this.places.absolute(folder), { throwIfNoEntry: false });
    return stat === undefined || stat.isDirectory() ? null : folder;
  }
}
