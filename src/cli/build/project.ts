/** A project as the commands about targets find it: its root, its config, and its targets. */
import path from "node:path";
import { growKnown } from "../../build/growth/known.ts";
import { Records } from "../../build/records/records.ts";
import { type BuildPlan, openProject, type Project } from "../../build/start.ts";
import type { BuildConfig, HeddleConfig } from "../../config/config.ts";
import { findRoot } from "../../config/find.ts";
import { loadConfig } from "../../config/load.ts";
import { ModuleLoadError } from "../../errors.ts";
import { EXIT } from "../exit.ts";
import { stdoutAside } from "../run/aside.ts";
import { importConfig, loadModule } from "../run/load.ts";
import { type Watch, watchForSilentEnd } from "../run/stalled.ts";
import { type Choice, type ChoiceFlags, choiceOf, chooser } from "./wishes.ts";

export interface Home {
  /** Absolute. */
  readonly root: string;
  readonly config: HeddleConfig;
  /** The config's file, for messages. */
  readonly configFile: string;
}

export async function openHome(): Promise<Home> {
  const root = findRoot(process.cwd());
  const { config, file } = await loadConfig(root, importConfig);
  return { root, config, configFile: file === null ? "heddle.config" : path.relative(process.cwd(), file) };
}

export function watchLoading(watch: Watch): void {
  watch({
    problem: "The targets were never all loaded",
    hint: "The top level of a module awaits what nothing is left to settle, or calls process.exit().",
    code: EXIT.module,
  });
}

/** Which targets are to be built or looked at. All that there are are loaded, or their graph would not be whole. */
export function planOf(
  { root, config: { build = {} } }: Home,
  choice: Choice,
  force: boolean | readonly string[] = false,
): BuildPlan {
  return {
    root,
    paths: pathsOf(choice.words, build),
    choose: chooser(choice, typeof force === "boolean" ? [] : force),
    force,
    outside: build.outside === true,
    load: loadTargets,
  };
}

/** @throws ModuleLoadError also for a module that is not loaded to its end: what it defines then would be taken for gone. */
async function loadTargets(file: string, shown: string): Promise<void> {
  const { parkedAt } = await loadModule(file, shown);
  if (parkedAt === null) return;
  throw new ModuleLoadError({
    file: shown,
    place: "this process",
    cause: `it stopped at ${parkedAt}, so that targets below that are not known`,
    hint: "Move that call to a file of its own: every command and every worker loads the modules of targets.",
  });
}

/** Where targets are looked for; modules with other names count if they are named. */
function pathsOf(words: readonly string[], { paths = ["."] }: BuildConfig): readonly string[] {
  const files = words.map(word => word.replace(/(\.[cm]?[jt]sx?):[^/]*$/, "$1"));
  const modules = files.filter(word => /\.[cm]?[jt]sx?$/.test(word) && !/\.target\.\w+$/.test(word));
  const whole = paths.length === 1 && paths[0] === "." ? [] : paths;
  return modules.length === 0 ? whole : [...paths, ...modules.map(word => path.resolve(word))];
}

export interface Opened extends Home {
  readonly project: Project;
  readonly choice: Choice;
}

export interface Looking {
  /** The records may be changed, and no build is at work meanwhile. */
  readonly change?: boolean;
  /** Files that targets need have to be there, as for a build. */
  readonly checked?: boolean;
  /** What is wrong with the graph is not thrown. */
  readonly showsProblems?: boolean;
}

/**
 * Opens a project to look at it; what its modules print goes to stderr.
 *
 * @throws GraphError
 */
export async function look<T>(
  words: readonly string[],
  flags: ChoiceFlags,
  act: (opened: Opened) => T | Promise<T>,
  { change = false, checked = false, showsProblems = false }: Looking = {},
): Promise<T> {
  const watch = watchForSilentEnd();
  const restore = stdoutAside();
  try {
    const home = await openHome();
    const choice = choiceOf(words, flags, home.config.build);
    watchLoading(watch);
    const records = change ? await Records.open(home.root, tellOfOther) : Records.look(home.root);
    try {
      const project = await openProject({ ...planOf(home, choice), looksOnly: !checked, showsProblems }, records);
      growKnown(project.facts, { outside: home.config.build?.outside === true });
      watch(null);
      restore();
      return await act({ ...home, project, choice });
    } finally {
      records.close();
    }
  } finally {
    restore();
    watch(null);
  }
}

function tellOfOther(text: string): void {
  process.stderr.write(`heddle: ${text}\n`);
}
