/** A project on the disk, and builds of it that load its code anew. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuiltApart, buildApart } from "../apart.ts";
import type { Hand } from "./edits.ts";
import type { Disk } from "./model.ts";
import { modulesOf, type Project } from "./project.ts";

const heddle = fileURLToPath(new URL("../../..", import.meta.url));

export type Place = "inline" | "threads" | "processes";

export interface Built extends BuiltApart {
  /** What ran, sorted. */
  readonly ran: readonly string[];
}

export class Stage implements Hand {
  private folder = mkdtempSync(join(tmpdir(), "heddle-edits-"));

  constructor() {
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(heddle, join(this.folder, "node_modules/heddle"));
    this.write("package.json", '{ "name": "edits", "type": "module" }');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
  }

  writeBehind(path: string, text: string): void {
    const { atime, mtime } = statSync(this.at(path));
    writeFileSync(this.at(path), text);
    utimesSync(this.at(path), atime, mtime);
  }

  touch(path: string): void {
    utimesSync(this.at(path), new Date(), new Date(Date.now() - 5_000_000));
  }

  remove(path: string): void {
    rmSync(this.at(path));
  }

  async build(project: Project, place: Place): Promise<Built> {
    for (const [path, text] of Object.entries(modulesOf(project))) {
      if (!existsSync(this.at(path)) || readFileSync(this.at(path), "utf8") !== text) this.write(path, text);
    }
    rmSync(this.at("told"), { force: true });
    const said = await buildApart(this.folder, place);
    const told = existsSync(this.at("told")) ? readFileSync(this.at("told"), "utf8").split("\n") : [];
    return { ...said, ran: told.filter(Boolean).sort() };
  }

  /** The sources of this one alone, in another place. */
  scratch(): Stage {
    const other = new Stage();
    cpSync(this.at("src"), other.at("src"), { recursive: true });
    return other;
  }

  /** Elsewhere, as a whole: what is known of it goes along. */
  move(): void {
    const moved = `${this.folder}.moved`;
    renameSync(this.folder, moved);
    this.folder = moved;
  }

  /** All sources and outputs, and whatever else lies among them. */
  contents(): Disk {
    const disk: Disk = new Map();
    for (const top of ["src", "bld"]) {
      if (!existsSync(this.at(top))) continue;
      for (const name of readdirSync(this.at(top), { recursive: true, encoding: "utf8" }).sort()) {
        const path = join(top, name);
        if (statSync(this.at(path)).isFile()) disk.set(path, readFileSync(this.at(path), "utf8"));
      }
    }
    return disk;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private at(path: string): string {
    return join(this.folder, path);
  }
}
