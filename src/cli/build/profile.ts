/** `heddle profile`: where the time of the last build went, and how large its outputs are. */
import type { TargetNode } from "../../build/graph/node.ts";
import { formatSize } from "../../config/size.ts";
import { UsageError } from "../../errors.ts";
import { duration, plural } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson, type Screen, stdoutScreen, table } from "../screen.ts";
import { findBuild, type LoggedBuild, type LoggedTarget } from "./build-log.ts";
import { look, type Opened } from "./project.ts";
import type { ChoiceFlags } from "./wishes.ts";

export interface ProfileFlags extends ChoiceFlags {
  readonly run?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

interface Row {
  readonly name: string;
  readonly state: LoggedTarget["state"] | null;
  /** Milliseconds: in that build, else when it was built last. */
  readonly ms: number | null;
  readonly waited: number | null;
  readonly size: number;
  /** It ran in that build. */
  readonly executed: boolean;
}

export function profileTargets(words: readonly string[], flags: ProfileFlags): Promise<ExitCode> {
  return look(words, flags, async opened => {
    const build = await findBuild(opened.root, flags.run);
    if (build === null && flags.run !== undefined) {
      throw new UsageError({
        problem: `The run ${flags.run} is no build`,
        hint: "heddle build tells the id of its run.",
      });
    }
    const rows = rowsOf(opened, build).sort(
      (a, b) => Number(b.executed) - Number(a.executed) || (b.ms ?? 0) - (a.ms ?? 0),
    );
    if (flags.json === true) printJson(json(rows, build));
    else print(lines(rows, build, stdoutScreen()));
    return EXIT.ok;
  });
}

function rowsOf({ project }: Opened, build: LoggedBuild | null): Row[] {
  const { graph, records } = project.facts;
  const logged = new Map(build?.targets.map(target => [target.name, target]));
  return graph.nodes.filter(project.selected).flatMap(({ name, identity }: TargetNode): Row[] => {
    const record = records.get(identity);
    const told = logged.get(name);
    if (record === undefined && told === undefined) return [];
    const size = record?.makes.reduce((sum, each) => sum + each.size, 0) ?? 0;
    const executed = told?.ms !== null && told?.ms !== undefined;
    const ms = executed ? told.ms : (record?.ms ?? null);
    return [{ name, state: told?.state ?? null, ms, waited: told?.waited ?? null, size, executed }];
  });
}

function lines(rows: readonly Row[], build: LoggedBuild | null, screen: Screen): string[] {
  if (rows.length === 0) return [build === null ? "Nothing was built yet." : "None of these was built yet."];
  const cells = rows.map(({ name, state, ms, waited, size, executed }) => [
    oneLine(name),
    state ?? "",
    ms === null ? "" : executed ? duration(ms) : `(${duration(ms)})`,
    waited === null ? "" : duration(waited),
    formatSize(size),
  ]);
  const columns = [
    { title: "target", least: 12 },
    { title: "state" },
    { title: "time", align: "right" as const },
    { title: "waited", align: "right" as const },
    { title: "outputs", align: "right" as const },
  ];
  return [...table(columns, cells, screen), "", ...totals(rows, build)];
}

function totals(rows: readonly Row[], build: LoggedBuild | null): string[] {
  const size = formatSize(rows.reduce((sum, row) => sum + row.size, 0));
  if (build === null) return [`${plural(rows.length, "target")}, ${size}; no build was logged`];
  const ran = rows.filter(({ executed }) => executed);
  const together = duration(ran.reduce((sum, { ms }) => sum + (ms ?? 0), 0));
  const wall = build.ms === null ? "did not end" : `took ${duration(build.ms)}`;
  return [
    `Build ${build.id} ${wall}: ${plural(ran.length, "target")} ran, ${together} together; outputs ${size}`,
    ...(ran.length < rows.length ? ["Times in brackets are of earlier builds."] : []),
  ];
}

function json(rows: readonly Row[], build: LoggedBuild | null): object {
  return {
    run: build?.id ?? null,
    at: build?.started.at ?? null,
    runner: build?.started.runner ?? null,
    workers: build?.started.workers ?? null,
    ms: build?.ms ?? null,
    targets: rows,
  };
}
