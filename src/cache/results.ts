import { inputsDigest } from "../codec/digest.ts";
import { FileDigests } from "../store/file-digests.ts";
import { Store } from "../store/store.ts";
import type { Definition } from "../task/definition.ts";
import { shared } from "../task/shared.ts";
import { analyse } from "./analysis.ts";
import type { Code, CodeMode } from "./code.ts";
import { Codes } from "./codes.ts";
import { Signature } from "./parameters.ts";
import { type CachePolicy, codePart, policyOf, taskPart } from "./policy.ts";
import { type Found, type Present, Validity } from "./validity.ts";

/** What the keys of one task with one policy have in common. */
export interface KeyMaker {
  readonly definition: Definition;
  readonly policy: CachePolicy;
  readonly code: Code;
  /** The first and the last part of its keys. */
  readonly task: string;
  readonly codePart: string;
  /** The marks that count: defaults filled in, what is left out or ignored aside. */
  normal(marks: readonly string[]): readonly string[];
  /** The key of a call with arguments of these marks. */
  keyOf(marks: readonly string[]): string;
  /** The key of a call where something else counts instead of the arguments. */
  keyOfMarks(marks: readonly string[]): string;
}

const NO_INPUTS = "0".repeat(40);

/** The cache as a run sees it: keys of calls, and what is known of them. */
export class ResultCache implements Present {
  readonly store: Store;
  readonly root: string;
  readonly files: FileDigests;
  private readonly codes: Codes;
  private readonly validity: Validity;
  private readonly makers = new Map<CachePolicy, Map<Definition, KeyMaker>>();
  private readonly present = new Map<string, { codePart: string; policy: CachePolicy | null }>();

  /** @throws StoreError, StoreVersionError for a folder that cannot be used. */
  constructor(folder: string, root: string, maxSize?: number) {
    this.root = root;
    this.store = Store.open(folder, maxSize === undefined ? {} : { maxSize });
    this.files = new FileDigests(this.store.memo("files"));
    this.codes = new Codes(root, this.store.memo("code"), analyse);
    this.validity = new Validity(this.store, this.files, root, this);
  }

  /** @throws OptionError for options that do not fit the function. */
  makerOf(definition: Definition, policy: CachePolicy): KeyMaker {
    let byDefinition = this.makers.get(policy);
    if (byDefinition === undefined) {
      byDefinition = new Map();
      this.makers.set(policy, byDefinition);
    }
    let maker = byDefinition.get(definition);
    if (maker === undefined) {
      maker = this.make(definition, policy);
      byDefinition.set(definition, maker);
    }
    return maker;
  }

  look(key: string, policy: CachePolicy): Found {
    return this.validity.look(key, policy);
  }

  codeOf(definition: Definition, mode: CodeMode): Code {
    return this.codes.of(definition, mode);
  }

  codePart(identity: string): string | undefined {
    return this.presentOf(identity)?.codePart;
  }

  policy(identity: string): CachePolicy | null {
    return this.presentOf(identity)?.policy ?? null;
  }

  private presentOf(identity: string): { codePart: string; policy: CachePolicy | null } | undefined {
    const known = this.present.get(identity);
    if (known !== undefined) return known;
    const definition = shared.definitions.get(identity);
    if (definition === undefined) return undefined;
    const { cache } = definition.options;
    const policy = policyOf(
      definition,
      { ...definition.options, cache: cache === false ? true : (cache ?? true) },
      true,
    )!;
    const found = { codePart: this.makerOf(definition, policy).codePart, policy };
    this.present.set(identity, found);
    return found;
  }

  private make(definition: Definition, policy: CachePolicy): KeyMaker {
    const code = this.codes.of(definition, policy.code);
    const signature = new Signature(definition.name, code.parameters, policy.ignore);
    const task = taskPart(definition.identity);
    const last = codePart(code, policy);
    // Texts that are put together stay in pieces, and each of the many who read a key would look for its characters there.
    const text = Buffer.from(`${task}.${NO_INPUTS}.${last}`, "latin1");
    const keyOfMarks = (marks: readonly string[]) => {
      text.write(inputsDigest(marks), task.length + 1, "latin1");
      return text.toString("latin1");
    };
    const keyOf = (marks: readonly string[]) => keyOfMarks(signature.normal(marks));
    const normal = (marks: readonly string[]) => signature.normal(marks);
    return { definition, policy, code, task, codePart: last, normal, keyOf, keyOfMarks };
  }
}
