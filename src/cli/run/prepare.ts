/** From the words of the command line to what is to be run, and how: for `run`, its dry run, and `graph`. */
import path from "node:path";
import type { HeddleConfig } from "../../config/config.ts";
import { findRoot } from "../../config/find.ts";
import { loadConfig } from "../../config/load.ts";
import { parseSize } from "../../config/size.ts";
import { OptionError, UsageError } from "../../errors.ts";
import { choosePlace, runnersByName } from "../../run/choose-place.ts";
import type { CacheSettings, RunSettings } from "../../run/settings.ts";
import type { AnyOptions } from "../../task/definition.ts";
import { shared } from "../../task/shared.ts";
import { optionsOf } from "../../task/task.ts";
import { EXIT } from "../exit.ts";
import { type CacheFlags, chooseCache } from "./cache.ts";
import { type Candidate, choose } from "./choose.ts";
import { checkFlags, type DebugFlags, prepareDebugging } from "./debugging.ts";
import { fileApart, readForce } from "./force.ts";
import { readInputs } from "./inputs.ts";
import { readLimits } from "./limits.ts";
import { importConfig, loadModule } from "./load.ts";
import { locate } from "./locate.ts";
import { readPrefixes } from "./prefix.ts";
import type { Watch } from "./stalled.ts";
import { readWorkers } from "./workers.ts";

export interface PrepareFlags extends DebugFlags, CacheFlags {
  readonly input?: string;
  readonly args?: string;
  readonly workers?: string;
  readonly runner?: string;
  readonly limit?: readonly string[];
  readonly maxLiveBytes?: string;
  readonly prefix?: readonly string[];
  readonly continue?: boolean;
  readonly verbose?: boolean;
}

/** What the command line, the flow and the config say together. */
export interface Prepared {
  readonly target: Candidate;
  readonly inputs: unknown[];
  readonly root: string;
  readonly config: HeddleConfig;
  readonly settings: RunSettings & { readonly cache: CacheSettings };
}

/** @param words `FILE[:name]`; may be missing where `--force` took it. */
export async function prepare(words: string | undefined, flags: PrepareFlags, watch: Watch): Promise<Prepared> {
  const { file: given, force } = fileApart(words, flags.force);
  checkFlags(flags);
  const workers = flags.workers === undefined ? undefined : readWorkers(flags.workers);
  const limits = readLimits(flags.limit ?? []);
  const prefix = flags.prefix === undefined ? undefined : readPrefixes(flags.prefix);
  const inputs = await readInputs(flags);
  const { file, shown, name } = await locate(given);
  const inProcess = prepareDebugging(flags);
  const root = findRoot(path.dirname(file));
  watch({
    problem: `${shown} never finished loading`,
    hint: "Its top level, or that of a module it imports, awaits what nothing is left to settle, or calls process.exit().",
    code: EXIT.module,
  });
  const { config, file: configPath } = await loadConfig(root, importConfig);
  const module = await loadModule(file, shown);
  const target = choose(module, name);
  const own = target.value === null ? target.definition.options : optionsOf(target.value);
  const forced =
    force === undefined ? undefined : readForce(force, module.candidates, [...shared.definitions.values()]);
  const configFile = configPath === null ? "heddle.config" : path.relative(process.cwd(), configPath);
  const wishes = { runner: flags.runner, workers, own: own.runner, config, configFile };
  const place = inProcess ? {} : choosePlace(wishes);
  const settings = {
    root,
    quiet: true,
    inProcess,
    runners: runnersByName(config, configFile),
    ...place,
    ...(prefix !== undefined && { prefix }),
    ...(config.prefix !== undefined && { fallbackPrefix: config.prefix }),
    ...(config.defaults !== undefined && { defaults: config.defaults }),
    limits,
    ...(config.limits !== undefined && { defaultLimits: config.limits }),
    ...policies(flags, own, config),
    ...bound(flags, own, config),
    cache: { ...chooseCache({ flags, own, config, root }), ...(forced !== undefined && { force: forced }) },
  };
  return { target, inputs, root, config, settings };
}

/** How many bytes of results may be in memory. */
function bound(flags: PrepareFlags, own: AnyOptions, config: HeddleConfig): Pick<RunSettings, "maxLiveBytes"> {
  const given = flags.maxLiveBytes;
  if (given !== undefined) return { maxLiveBytes: readSize(given) };
  const said = own.maxLiveBytes ?? config.maxLiveBytes;
  return said === undefined ? {} : { maxLiveBytes: parseSize(said, "maxLiveBytes") };
}

function readSize(text: string): number {
  try {
    return parseSize(/^\d+$/.test(text) ? Number(text) : text, "--max-live-bytes");
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new UsageError({ problem: error.short, hint: error.remedy });
  }
}

/** The config stands behind the flow's own options, the command line before them. */
function policies(flags: PrepareFlags, own: AnyOptions, config: HeddleConfig): Pick<RunSettings, "onError" | "strict"> {
  const onError = flags.continue === true ? "continue" : (own.onError ?? config.onError);
  const strict = own.strict ?? config.strict;
  return { ...(onError !== undefined && { onError }), ...(strict !== undefined && { strict }) };
}
