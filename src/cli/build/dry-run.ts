/** `heddle build --dry-run`: says what would be built, and why. */
import { sayReasons } from "../../build/freshness/say.ts";
import { type PlannedTarget, planBuild } from "../../build/plan.ts";
import { byNames, moduleOf, type Selects } from "../../build/selection/select.ts";
import { count } from "../../report/format.ts";
import { cut, oneLine, padEnd, width } from "../../report/text.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Look, print, printJson, type Screen, stdoutScreen } from "../screen.ts";
import { type BuildFlags, forceOf } from "./build-flags.ts";
import { look } from "./project.ts";

export function dryRun(words: readonly string[], flags: BuildFlags): Promise<ExitCode> {
  return look(
    words,
    flags,
    ({ project, config }) => {
      const force = forceOf(flags, config.build);
      const wishes = { forced: forcedBy(force, project.selected), outside: config.build?.outside === true };
      const plan = planBuild(project, wishes);
      const { places } = project.facts.graph;
      if (flags.json === true) printJson(planJson(plan, node => moduleOf(node, places)));
      else print(planLines(plan, stdoutScreen()));
      return EXIT.ok;
    },
    { checked: true },
  );
}

function forcedBy(force: boolean | readonly string[], selected: Selects): Selects {
  if (typeof force !== "boolean") return byNames(force);
  return force ? selected : () => false;
}

type State = PlannedTarget["state"];

const LOOKS: Readonly<Record<State, Look>> = {
  run: { mark: ["▸", ">"], words: "would run", format: "yellow" },
  mayRun: { mark: ["▸", ">"], words: "would run", format: "yellow" },
  persisted: { mark: ["·", "-"], words: "persisted", format: "cyan" },
  skipped: { mark: ["·", "-"], words: "skipped", format: "cyan" },
  fresh: { mark: ["✓", "+"], words: "fresh", format: "green" },
};

const WIDEST_NAME = 48;

/** What is fresh is counted; all else has a line, each behind what it needs. */
export function planLines(plan: readonly PlannedTarget[], screen: Screen): string[] {
  const { style, columns } = screen;
  const { ellipsis } = style.symbols;
  const listed = plan.filter(({ state }) => state !== "fresh");
  const names = listed.map(({ node }) => cut(oneLine(node.name), WIDEST_NAME, ellipsis));
  const widest = Math.max(0, ...names.map(width));
  const lines = listed.map((target, at) => {
    const { mark, words, format } = LOOKS[target.state];
    const sign = style.paint(format, mark[style.symbols.ok === LOOKS.fresh.mark[0] ? 0 : 1]);
    const said = `${sign} ${padEnd(names[at]!, widest)}  ${style.paint(format, words)}  ${reasonOf(target)}`;
    return cut(said.trimEnd(), columns, ellipsis);
  });
  return [...lines, ...(lines.length > 0 ? [""] : []), style.paint("bold", totals(plan))];
}

function reasonOf({ reasons, skipped, state }: PlannedTarget): string {
  const said = sayReasons(reasons).map(oneLine).join("; ");
  if (skipped !== null) return oneLine(skipped);
  return state === "mayRun" ? `${said}; not if that gives what it gave before` : said;
}

/** `12 targets: 9 fresh, 3 would run`. */
function totals(plan: readonly PlannedTarget[]): string {
  const counts = new Map<string, number>();
  for (const { state } of plan) counts.set(LOOKS[state].words, (counts.get(LOOKS[state].words) ?? 0) + 1);
  const said = Object.values(LOOKS).map(({ words }) => words);
  const parts = [...new Set(said)]
    .filter(words => counts.has(words))
    .map(words => `${count(counts.get(words)!)} ${words}`);
  const nothing = plan.every(({ state }) => state !== "run" && state !== "mayRun") ? ", nothing would run" : "";
  return `${count(plan.length)} ${plan.length === 1 ? "target" : "targets"}: ${parts.join(", ")}${nothing}`;
}

function planJson(plan: readonly PlannedTarget[], moduleIn: (node: PlannedTarget["node"]) => string | null): object {
  const counts: Partial<Record<State, number>> = {};
  for (const { state } of plan) counts[state] = (counts[state] ?? 0) + 1;
  return {
    counts,
    targets: plan.map(({ node, state, reasons, skipped }) => ({
      name: node.name,
      module: moduleIn(node),
      state,
      reasons,
      said: sayReasons(reasons),
      ...(skipped !== null && { skipped }),
    })),
  };
}
