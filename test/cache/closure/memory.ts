import { posix } from "node:path";
import { closureOf } from "../../../src/cache/closure/closure.ts";
import { Records } from "../../../src/cache/closure/records.ts";
import type { Project, Resolution } from "../../../src/cache/code/project.ts";
import type { Code, CodeMode } from "../../../src/cache/code.ts";
import { digestBytes } from "../../../src/codec/digest.ts";

export type Files = Readonly<Record<string, string>>;

/** A project in memory; packages are named `name@version` by the value of `node_modules/name`. */
export class Memory implements Project {
  readonly root = "/p";
  private readonly files: Files;
  constructor(files: Files) {
    this.files = files;
  }
  read(path: string) {
    const text = this.files[posix.relative("/p", path)];
    return text === undefined ? null : { text, digest: digestBytes(text) };
  }
  digestOf(path: string) {
    return this.read(path)?.digest ?? null;
  }
  resolve(from: string, specifier: string): Resolution {
    if (specifier === "heddle") return { kind: "heddle" };
    if (specifier.startsWith("node:")) return { kind: "builtin", name: specifier.slice(5) };
    if (!specifier.startsWith(".")) {
      const version = this.files[`node_modules/${specifier}`];
      if (version === undefined)
        return { kind: "unknown", problem: `"${specifier}" was not found: it is not installed` };
      return { kind: "package", name: specifier, version, fingerprint: version, path: null };
    }
    const path = posix.join(posix.dirname(from), specifier);
    return path.endsWith(".json") ? { kind: "data", path } : { kind: "source", path };
  }
}

/** The code of a task in one of the files. */
export function codeOf(
  files: Files,
  file: string,
  name: string,
  { kind = "task", mode = "closure" }: { kind?: "task" | "flow"; mode?: CodeMode } = {},
): Code {
  const project = new Memory(files);
  return closureOf(project, new Records(project, null), { module: `/p/${file}`, name, kind, text: "" }, mode);
}
