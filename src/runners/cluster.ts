/** What the runners of clusters have in common. */
import { parseDuration } from "../config/duration.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import type { Host, Runner, RunnerSession } from "../task/runner.ts";
import type { Duration } from "../task/types.ts";
import type { ClusterSettings } from "../workers/cluster/engine.ts";
import type { Link } from "../workers/cluster/link.ts";
import { LateSession } from "../workers/late.ts";
import { checkEnv, moduleUrl } from "./options.ts";

export interface ClusterOptions {
  /** The program that runs the bridge, which has the engine's package; default `"python3"`. */
  readonly python?: string;
  /** The program that runs the workers, on the cluster's machines; default is the path of this process's Node. */
  readonly node?: string;
  /** Environment variables of the workers, besides those that the engine's have. */
  readonly env?: Readonly<Record<string, string>>;
  /** A module, by URL or by path from the working directory, whose default export warms each worker once. */
  readonly init?: string | URL;
  /** The labels that are resources of the cluster, by the names they have there: `{ gpu: "GPU" }`. */
  readonly resources?: Readonly<Record<string, string>>;
  /** How long the cluster may take to answer; default `"30s"`. */
  readonly timeout?: Duration;
  /**
   * Where the modules of tasks come from: `"shared"` from the same path on the cluster's machines, `"send"` from here; by
   * default from there, and from here where there is none, or another one.
   */
  readonly code?: "shared" | "send";
  /** Results of more bytes stay in the cluster; default 65,536. */
  readonly keepAbove?: number;
}

export const clusterKeys = ["python", "node", "env", "init", "resources", "timeout", "code", "keepAbove"];

const SMALL = 65_536;

export function clusterSettings(
  engine: Pick<ClusterSettings, "name" | "bridge" | "package" | "rests">,
  options: ClusterOptions,
  where: string,
  cluster: Readonly<Record<string, unknown>>,
): ClusterSettings {
  const { python = "python3", node = process.execPath, env = {}, resources = {}, keepAbove = SMALL } = options;
  const possible = (good: boolean, key: string, value: unknown, hint: string) => {
    if (!good) throw new OptionError({ where: `${where}, ${key}`, problem: `${shown(value)} is not possible`, hint });
  };
  const isName = (value: unknown) => typeof value === "string" && value !== "";
  possible(isName(python), "python", python, 'Give a path, or a name such as "python3".');
  possible(isName(node), "node", node, 'Give a path, or a name such as "node".');
  const named = typeof resources === "object" && resources !== null && Object.values(resources).every(isName);
  possible(named, "resources", resources, 'Give the names of labels with those of resources: { gpu: "GPU" }.');
  possible(Number.isSafeInteger(keepAbove) && keepAbove >= 0, "keepAbove", keepAbove, "Give a number of bytes.");
  const { code = null } = options;
  possible(code === null || code === "shared" || code === "send", "code", code, 'Give "shared" or "send".');
  checkEnv(env, where);
  const timeout = parseDuration(options.timeout ?? "30s", `${where}, timeout`) / 1_000;
  const init = moduleUrl(options.init, where);
  return { ...engine, python, node, env, init, code, small: keepAbove, cluster: { ...cluster, timeout } };
}

/** Runners of one cluster, each for calls that ask for the same of it; in a run they share a bridge. */
export function clusterRunner(
  settings: ClusterSettings,
  workers: number,
  resources: Readonly<Record<string, string>> = {},
): Runner {
  const links = new Map<string, Link>();
  const fits = new Map<string, Runner>();
  const askingFor = (wanted: Readonly<Record<string, number>>): Runner => {
    const key = JSON.stringify(wanted);
    const known = fits.get(key);
    if (known !== undefined) return known;
    const runner: Runner = {
      name: settings.name,
      workers,
      shared: false,
      sharesDisk: false,
      fitted: labels => askingFor(wantedOf(labels, resources)),
      open: host => openSession(host, settings, wanted, links),
    };
    fits.set(key, runner);
    return runner;
  };
  return askingFor({});
}

function wantedOf(labels: ReadonlyMap<string, number>, resources: Readonly<Record<string, string>>) {
  const wanted: Record<string, number> = {};
  for (const [label, amount] of labels) {
    const resource = Object.hasOwn(resources, label) ? resources[label] : undefined;
    if (resource !== undefined) wanted[resource] = amount;
  }
  return wanted;
}

function openSession(
  host: Host,
  settings: ClusterSettings,
  wanted: Readonly<Record<string, number>>,
  links: Map<string, Link>,
): RunnerSession {
  return new LateSession(host, async () => {
    const [{ ClusterSession }, { Link }] = await Promise.all([
      import("../workers/cluster/session.ts"),
      import("../workers/cluster/link.ts"),
    ]);
    return opened => {
      const link = links.get(host.runId) ?? new Link(settings, host);
      links.set(host.runId, link);
      return new ClusterSession(opened, link, wanted, () => links.delete(host.runId));
    };
  });
}
