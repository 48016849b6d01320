/** What the config of a project says of its builds. What a program gives to `build()` comes before it. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { HeddleConfig } from "../../config/config.ts";
import { type Importer, loadConfig } from "../../config/load.ts";
import { OptionError, UsageError } from "../../errors.ts";
import { choosePlace, runnersByName } from "../../run/choose-place.ts";
import type { RunSettings } from "../../run/settings.ts";
import { importUser } from "../../workers/typescript.ts";
import { moduleLoadError } from "../../workers/unreachable.ts";
import type { BuildOptions } from "../build.ts";
import type { TargetGraph } from "../graph/graph.ts";
import type { Records } from "../records/records.ts";
import { readExpression, type Selects, select, type Wanted } from "../selection/select.ts";
import type { BuildPlan } from "../start.ts";

export interface Configured {
  readonly config: HeddleConfig;
  /** As messages name it. */
  readonly file: string;
}

export async function configOf(root: string): Promise<Configured> {
  const importer: Importer = async url => {
    try {
      return await importUser(url);
    } catch (error) {
      throw moduleLoadError(relative(root, fileURLToPath(url)), error, "this process");
    }
  };
  const { config, file } = await loadConfig(root, importer);
  return { config, file: file === null ? "heddle.config" : relative(root, file) };
}

/** What is to be built. */
export function planOf(root: string, options: BuildOptions, { config, file }: Configured): BuildPlan {
  const { build = {} } = config;
  const { paths = build.paths ?? [], targets = [], force = build.force ?? false } = options;
  const maxFailures = options.maxFailures ?? (build.stop === true ? 1 : build.maxFailures);
  const outside = options.outside ?? build.outside;
  const { match, tags = [] } = build;
  const expression = match === undefined ? undefined : readExpression(match, `${file}, build.match`);
  const wanted = { words: [targets].flat(), tags, ...(expression !== undefined && { match: expression }) };
  return {
    root,
    paths: [paths].flat(),
    choose: (graph, records) => chosen(wanted, graph, records),
    force: typeof force === "boolean" ? force : [...force],
    ...(maxFailures !== undefined && { maxFailures }),
    ...(outside !== undefined && { outside }),
  };
}

/** Names that nothing has may be those of targets that others have returned before. */
function chosen(wanted: Wanted, { nodes, places }: TargetGraph, records: Records): Selects {
  const known = select(wanted, nodes, [], places);
  if (known.unknown.length === 0) return known.selects;
  const returned = [...records.all()].flatMap(({ name }) => [name, name.replace(/[([].*$/s, "")]);
  const { selects, unknown } = select(wanted, nodes, returned, places);
  const [first] = unknown;
  if (first === undefined) return selects;
  throw new UsageError({
    problem: `There is no target "${first.word}", and no module or output of this path`,
    hint: first.near === undefined ? "heddle collect shows what there is." : `Did you mean ${first.near}?`,
  });
}

/** How and where. */
export function settingsOf(options: BuildOptions, { config, file }: Configured): RunSettings {
  const { limits, prefix, readers, quiet } = options;
  const known = { ...config, runners: { ...config.runners, ...options.runners } };
  return {
    runners: runnersByName(known, file),
    ...runnerFor(options, { config: known, file }),
    ...(limits !== undefined && { limits }),
    ...(prefix !== undefined && { prefix }),
    ...(config.prefix !== undefined && { fallbackPrefix: config.prefix }),
    ...(config.defaults !== undefined && { defaults: config.defaults as NonNullable<RunSettings["defaults"]> }),
    ...(config.limits !== undefined && { defaultLimits: config.limits }),
    ...(config.strict !== undefined && { strict: config.strict }),
    ...(readers !== undefined && { readers }),
    quiet: quiet === true,
  };
}

function runnerFor(
  { runner, workers }: BuildOptions,
  { config, file }: Configured,
): Pick<RunSettings, "runner" | "fallback"> {
  if (typeof runner !== "object") return choosePlace({ runner, workers, own: undefined, config, configFile: file });
  if (workers === undefined) return { runner };
  if (runner.resized !== undefined) return { runner: runner.resized(workers) };
  throw new OptionError({
    where: "build({ workers })",
    problem: "the number of workers of this runner cannot be changed",
    hint: "Give the runner with as many as it should have.",
  });
}
