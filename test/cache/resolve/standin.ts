import type { Project } from "../../../src/cache/code/project.ts";
import type { Code, CodeMode } from "../../../src/cache/code.ts";
import type { Analysis } from "../../../src/cache/codes.ts";
import { digestBytes } from "../../../src/codec/digest.ts";
import type { CodePart } from "../../../src/store/entry.ts";

const IMPORT = /(?:from|import)\s*\(?\s*"([^"]+)"/g;

/** An analysis that counts whole modules, and itself: how many files were read through, how many imports looked up. */
export class StandIn {
  parsed = 0;
  resolved = 0;
  readonly #imports = new Map<string, readonly string[]>();

  readonly analyse = (project: Project): Analysis => ({
    inModule: ({ module }, mode) => codeOf(this.#parts(project, module), mode),
    ofText: (text, mode) => ({ ...codeOf([part("(text)", digestBytes(text))], mode), loose: ["it has no file"] }),
  });

  #parts(project: Project, entry: string): CodePart[] {
    const parts = new Map<string, CodePart>();
    const files = new Set([entry]);
    for (const file of files) {
      const digest = project.digestOf(file);
      if (digest === null) continue;
      parts.set(file, part(file.slice(project.root.length + 1), digest));
      for (const specifier of this.#importsOf(project, file, digest)) {
        this.resolved += 1;
        const found = project.resolve(file, specifier);
        if (found.kind === "source") files.add(found.path);
        else if (found.kind === "data") parts.set(found.path, part(specifier, project.digestOf(found.path) ?? ""));
        else if (found.kind === "package")
          parts.set(specifier, part(found.name, `${found.version} ${found.fingerprint}`));
        else parts.set(specifier, part(specifier, found.kind));
      }
    }
    return [...parts.values()];
  }

  #importsOf(project: Project, file: string, digest: string): readonly string[] {
    let imports = this.#imports.get(digest);
    if (imports === undefined) {
      this.parsed += 1;
      imports = [...(project.read(file)?.text ?? "").matchAll(IMPORT)].map(match => match[1]!);
      this.#imports.set(digest, imports);
    }
    return imports;
  }
}

function part(file: string, digest: string): CodePart {
  return { file, name: "(module)", digest };
}

function codeOf(parts: readonly CodePart[], mode: CodeMode): Code {
  const said = mode === "none" ? "" : parts.map(one => `${one.file} ${one.digest}`).join("\n");
  return {
    digest: digestBytes(said),
    parts,
    loose: [],
    unseen: [],
    parameters: { names: [], open: true, defaults: [] },
  };
}
