import { randomUUID } from "node:crypto";
import { realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { platform } from "../platform.ts";
import type { Memo } from "../store/entry.ts";
import { FileDigests } from "../store/file-digests.ts";
import { heddleVersion } from "../version.ts";
import type { Project } from "./code/project.ts";
import type { Code, CodeMode } from "./code.ts";
import { conditionsOf, flagsOfProcess } from "./resolve/conditions.ts";
import { Disk, Sight } from "./resolve/disk.ts";
import { DiskProject, type Resolving } from "./resolve/project.ts";
import { hold, recall, restamped, type Witnesses, witnessesOf } from "./resolve/witnesses.ts";

/** A task or flow, as far as its code is concerned. */
export interface Coded {
  readonly identity: string;
  /** URL of the module; null for code without a file. */
  readonly module: string | null;
  readonly name: string;
  readonly kind: "task" | "flow";
  readonly fn: { toString(): string };
}

/** What works out the code of a task from the files of a project. */
export interface Analysis {
  /** Of a task in a module, whose file is `module`. */
  inModule(task: { module: string; name: string; kind: "task" | "flow"; text: string }, mode: CodeMode): Code;
  /** Of a function of which only its text is known. */
  ofText(text: string, mode: CodeMode): Code;
}

/** Part of the keys of what is kept: raise it when the same files come to give another closure. */
const EDITION = 5;

/** What is kept of a module: `state` is another one whenever its closures were worked out anew. */
interface Kept {
  readonly state: string;
  readonly witnesses: Witnesses;
}

interface KeptCode {
  readonly state: string;
  readonly code: Code;
}

/** A module in this process. */
interface Module {
  readonly file: string;
  readonly key: string;
  readonly state: string;
  /** What was found valid, until more is added to it. */
  kept: Witnesses | null;
  readonly sight: Sight;
}

/**
 * The code of tasks and flows, each worked out once.
 *
 * With a memo it is kept between runs, with all that it depends on: files, places where a file would have counted,
 * packages and settings. While those are as they were, nothing is parsed and no import is looked up. One object sees
 * the files as they were when it first looked; take another one to see changes.
 */
export class Codes {
  readonly #memo: Memo | null;
  readonly #analysis: Analysis;
  readonly #codes = new Map<string, Code>();
  readonly #modules = new Map<string, Module>();
  readonly #disk: Disk;
  readonly #prefix: string;

  /**
   * @param root The project's folder.
   * @param memo Where to keep what was found, or null.
   */
  constructor(root: string, memo: Memo | null, analyse: (project: Project, memo: Memo | null) => Analysis) {
    const resolving: Resolving = {
      loader: platform.loader === null && platform.stripsTypes ? "node" : "tsx",
      conditions: conditionsOf(flagsOfProcess()),
    };
    this.#memo = memo;
    this.#disk = new Disk(realpathSync(root), new FileDigests(memo));
    this.#analysis = analyse(new DiskProject(this.#disk, resolving), memo);
    this.#prefix = `code:${heddleVersion()}.${EDITION}:${resolving.loader}:${resolving.conditions.join(",")}`;
  }

  /** The code that a task's result can depend on. */
  of(task: Coded, mode: CodeMode): Code {
    const key = `${mode} ${task.identity}`;
    let code = this.#codes.get(key);
    if (code === undefined) {
      const file = this.#fileOf(task.module);
      code = file === null ? this.#analysis.ofText(task.fn.toString(), mode) : this.#inModule(file, task, mode);
      this.#codes.set(key, code);
    }
    return code;
  }

  #fileOf(module: string | null): string | null {
    if (module?.startsWith("file:") !== true) return null;
    const place = fileURLToPath(module);
    return this.#disk.kind(place) === "file" ? this.#disk.real(place) : null;
  }

  #inModule(file: string, task: Coded, mode: CodeMode): Code {
    const module = this.#module(file);
    const key = `${module.key}#${task.name}:${task.kind}:${mode}`;
    const kept = module.kept === null ? undefined : (this.#memo?.get(key) as KeptCode | undefined);
    if (kept?.state === module.state) return kept.code;
    const sight = new Sight();
    const { name, kind } = task;
    const code = this.#disk.watch(sight, () =>
      this.#analysis.inModule({ module: file, name, kind, text: task.fn.toString() }, mode),
    );
    if (this.#keepWitnesses(module, sight)) this.#memo?.put(key, { state: module.state, code } satisfies KeptCode);
    return code;
  }

  #module(file: string): Module {
    let module = this.#modules.get(file);
    if (module === undefined) {
      module = this.#recalled(file);
      this.#modules.set(file, module);
    }
    return module;
  }

  /** What was kept of a module, if it still holds; else a new beginning. */
  #recalled(file: string): Module {
    const key = `${this.#prefix}:${path.relative(this.#disk.root, file).split(path.sep).join("/")}`;
    const kept = this.#memo?.get(key) as Kept | undefined;
    if (kept === undefined || !hold(this.#disk, kept.witnesses)) {
      return { file, key, state: randomUUID(), kept: null, sight: new Sight() };
    }
    const fresh = restamped(this.#disk, kept.witnesses);
    if (fresh !== null) this.#memo?.put(key, { state: kept.state, witnesses: fresh } satisfies Kept);
    return { file, key, state: kept.state, kept: fresh ?? kept.witnesses, sight: new Sight() };
  }

  /** All closures of a module hold or fall together, by the sum of what they depend on. */
  #keepWitnesses(module: Module, sight: Sight): boolean {
    if (this.#memo === null || this.#disk.torn) return false;
    if (module.kept !== null && module.sight.size === 0) recall(this.#disk, module.kept, module.sight);
    const before = module.sight.size;
    module.sight.add(sight);
    if (module.kept !== null && module.sight.size === before) return true;
    const witnesses = witnessesOf(this.#disk, module.sight);
    if (witnesses === null) return false;
    module.kept = witnesses;
    this.#memo.put(module.key, { state: module.state, witnesses } satisfies Kept);
    return true;
  }
}
