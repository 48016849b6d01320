import { wordsOf } from "../config/command.ts";
import { type Prefix, type Prefixes, prefixOptions } from "../config/prefix.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import { checkPlaceholders, commandNamed, placeholdersFor } from "../runners/command.ts";
import type { Definition } from "../task/definition.ts";
import { labelsOf } from "../task/labels.ts";
import type { Runner } from "../task/runner.ts";
import { shared } from "../task/shared.ts";
import { DoubtfulLabels } from "./limits/doubtful.ts";
import type { FlowScope } from "./scope.ts";
import type { RunSettings } from "./settings.ts";

/** The runners that labels ask for by their prefixes: one for each, as long as the run lasts. */
export class RunPrefixes {
  doubtful = new DoubtfulLabels("prefix for", [], new Map());
  private readonly settings: Pick<RunSettings, "prefix" | "fallbackPrefix">;
  private readonly runners = new Map<string, Map<Prefix, Runner>>();

  constructor(settings: Pick<RunSettings, "prefix" | "fallbackPrefix">) {
    this.settings = settings;
  }

  /** Throws for prefixes that cannot work, before anything runs. */
  check(own: Prefixes | undefined): void {
    const { prefix: given, fallbackPrefix } = this.settings;
    const all = { ...fallbackPrefix, ...own, ...given };
    if (Object.keys(all).length === 0) return;
    const ofFlow = Object.keys(own ?? {}).map(label => [label, "the flow's prefix"] as const);
    const ofRun = Object.keys(given ?? {}).map(label => [label, "prefix"] as const);
    this.doubtful = new DoubtfulLabels("prefix for", Object.keys(all), new Map([...ofFlow, ...ofRun]));
    const labels = [...knownLabels(), ...Object.keys(all)];
    for (const [label, prefix] of Object.entries(all)) {
      const where = whereOf(label);
      this.runnerOf(label, prefix);
      const options = prefixOptions(prefix);
      const known = [...placeholdersFor(options), ...labels];
      checkPlaceholders(wordsOf(options.command, where), known, where);
      if (options.cancel !== undefined) {
        const place = `${where}, cancel`;
        checkPlaceholders(wordsOf(options.cancel, place), [...known, "job"], place);
      }
    }
  }

  /** There are calls with these labels. */
  needed(labels: ReadonlyMap<string, number>): void {
    for (const label of labels.keys()) this.doubtful.needs(label);
  }

  /** The runner for calls with these labels; the first label that has a prefix decides. */
  of(labels: ReadonlyMap<string, number>, scope: FlowScope): Runner | undefined {
    for (const label of labels.keys()) {
      const prefix = this.prefixOf(label, scope);
      if (prefix !== undefined) return this.runnerOf(label, prefix);
    }
    return undefined;
  }

  private prefixOf(label: string, scope: FlowScope): Prefix | undefined {
    const { prefix, fallbackPrefix } = this.settings;
    if (prefix !== undefined && Object.hasOwn(prefix, label)) return prefix[label];
    for (let flow: FlowScope | null = scope; flow !== null; flow = flow.parent) {
      const own = flow.options.prefix;
      if (own !== undefined && Object.hasOwn(own, label)) return own[label];
    }
    return fallbackPrefix !== undefined && Object.hasOwn(fallbackPrefix, label) ? fallbackPrefix[label] : undefined;
  }

  private runnerOf(label: string, prefix: Prefix): Runner {
    const known = this.runners.get(label) ?? new Map<Prefix, Runner>();
    this.runners.set(label, known);
    const runner = known.get(prefix) ?? makeRunner(label, prefix);
    known.set(prefix, runner);
    return runner;
  }
}

function whereOf(label: string): string {
  return `the prefix of ${label}`;
}

function makeRunner(label: string, prefix: Prefix): Runner {
  const where = whereOf(label);
  if (typeof prefix !== "string" && (typeof prefix !== "object" || prefix === null)) {
    const hint = "Give a command, its words, or { command, per, … }.";
    throw new OptionError({ where, problem: `${shown(prefix)} is not possible`, hint });
  }
  const { command, ...rest } = prefixOptions(prefix);
  return commandNamed(label, { prefix: command, ...rest }, where);
}

/** The labels of all tasks that there are so far. */
function knownLabels(): string[] {
  const tasks = [...shared.definitions.values()].filter(({ kind }) => kind === "task");
  return tasks.flatMap((definition: Definition) => [...labelsOf(definition, definition.options).keys()]);
}
