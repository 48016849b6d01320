/** A plan as a list to read: what each call would do and why, below the flow that submits it. */
import type { Plan, PlanState } from "../../graph/plan.ts";
import { count, plural } from "../../report/format.ts";
import { cut, oneLine, padEnd, width } from "../../report/text.ts";
import type { Look, Screen } from "../screen.ts";
import { type Group, Groups } from "./plan-groups.ts";

const LOOKS: Readonly<Record<PlanState, Look>> = {
  hit: { mark: ["✓", "+"], words: "from the cache", format: "green" },
  run: { mark: ["▸", ">"], words: "would run", format: "yellow" },
  mayRun: { mark: ["?", "?"], words: "may run", format: "cyan" },
  unknown: { mark: ["…", "~"], words: "not known yet", format: "dim" },
};

/** A flow that keeps no result has nothing to say for itself: what it calls has. */
const OWN_WORDS_ONLY = "cache off";
const WIDEST_NAME = 48;
/** Flows may be nested to any depth. */
const DEEPEST = 20;

interface Row {
  readonly depth: number;
  readonly name: string;
  /** Null for a line that only heads others. */
  readonly state: PlanState | null;
  readonly reason: string;
  /** A remark takes the whole line. */
  readonly remark?: true;
}

export function planLines(plan: Plan, screen: Screen): string[] {
  const { style, columns } = screen;
  const rows = rowsOf(plan, style.symbols.times);
  const names = Math.min(
    WIDEST_NAME,
    rows.reduce((most, row) => (row.remark ? most : Math.max(most, indentOf(row) + width(row.name))), 0),
  );
  const words = rows.reduce((most, { state }) => Math.max(most, state === null ? 0 : LOOKS[state].words.length), 0);
  const lines = rows.map(row => cut(lineOf(row, names, words, screen).trimEnd(), columns, style.symbols.ellipsis));
  return [...lines, "", ...totals(plan, screen)];
}

function rowsOf(plan: Plan, times: string): Row[] {
  const groups = new Groups(plan);
  const unfinished = new Set(plan.unfinished);
  const rows: Row[] = [];
  // Not recursive, as flows may be nested to any depth.
  const open: (Row | { readonly group: Group; readonly depth: number })[] = [];
  const expand = (parent: string | null, depth: number) => {
    for (const group of groups.below(parent).reverse()) open.push({ group, depth });
  };
  expand(null, 0);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!("group" in at)) {
      rows.push(at);
      continue;
    }
    const { group, depth } = at;
    const call = group.calls[0]!;
    const heads = group.calls.some(one => groups.isParent(one) || unfinished.has(one.id));
    rows.push(rowOf(group, depth, heads, times));
    if (group.calls.some(one => unfinished.has(one.id))) {
      const reason = "planned up to here: it waits for a value that would have to be computed";
      open.push({ depth: depth + 1, name: "", state: "unknown", reason, remark: true });
    }
    if (groups.isParent(call)) expand(call.id, depth + 1);
  }
  return rows;
}

function rowOf({ calls, reason }: Group, depth: number, heads: boolean, times: string): Row {
  const { id, task, state } = calls[0]!;
  const name =
    calls.length > 1 ? `${task} ${times} ${count(calls.length)}` : state === "unknown" ? `${task} ${times} ?` : id;
  const silent = heads && state === "run" && reason === OWN_WORDS_ONLY;
  return { depth, name: oneLine(name), state: silent ? null : state, reason: silent ? "" : oneLine(reason) };
}

function indentOf({ depth }: Row): number {
  return 2 * Math.min(depth, DEEPEST);
}

function lineOf(row: Row, names: number, words: number, { style }: Screen): string {
  const indent = " ".repeat(indentOf(row));
  const { paint, symbols } = style;
  if (row.state === null) return `${indent}${paint("bold", row.name)}`;
  const look = LOOKS[row.state];
  const mark = paint(look.format, look.mark[symbols.ok === LOOKS.hit.mark[0] ? 0 : 1]);
  if (row.remark) return `${indent}${mark} ${paint("dim", row.reason)}`;
  const name = padEnd(cut(row.name, WIDEST_NAME, symbols.ellipsis), names - indent.length);
  return `${indent}${mark} ${name}  ${paint(look.format, padEnd(look.words, words))}  ${row.reason}`;
}

/** `12 from the cache, 3 would run, 1 may run`, and what is not in the plan. */
function totals(plan: Plan, { style }: Screen): string[] {
  const { hit, run, mayRun, unknown } = plan.summary();
  const said = [
    ...(hit > 0 ? [`${count(hit)} from the cache`] : []),
    ...(run > 0 ? [`${count(run)} would run`] : []),
    ...(mayRun > 0 ? [`${count(mayRun)} may run`] : []),
    ...(unknown > 0 ? [`${plural(unknown, "map")} of a length that is not known yet`] : []),
    ...(hit > 0 && run + mayRun + unknown === 0 ? ["nothing would run"] : []),
  ];
  const open = plan.unfinished.length;
  const lines = [style.paint("bold", said.length === 0 ? "no calls" : said.join(", "))];
  if (open > 0) {
    lines.push(`${plural(open, "flow is", "flows are")} planned only up to a value that would have to be computed`);
  }
  return lines;
}
