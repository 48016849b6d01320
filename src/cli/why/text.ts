/** What is known of a call, to read. */
import { coarse, count, duration } from "../../report/format.ts";
import { cut, oneLine } from "../../report/text.ts";
import { shortKey } from "../cache/row.ts";
import type { Screen } from "../screen.ts";
import { wasExecuted } from "./findings.ts";
import type { Outcome } from "./story.ts";
import type { Answer } from "./why.ts";

/** Where what is said of a fact begins. */
const MARGIN = 11;

const ENDS: Readonly<Record<Outcome, string>> = {
  cached: "came from the cache",
  completed: "was executed",
  failed: "was executed, and failed",
  crashed: "was executed, and its worker died",
  timedOut: "was executed, and took too long",
  cancelled: "was cancelled while it ran",
  upstreamFailed: "was not executed: a call that it needs failed",
  unfinished: "was running when the log ends",
};

export function whyLines(answer: Answer, { style, columns }: Screen): string[] {
  const { run, call, story, findings, said } = answer;
  const flow = story.started === null ? "" : ` of ${oneLine(story.started.flow)}`;
  const facts: [name: string, lines: readonly string[]][] = [
    ["because", said],
    ["computed", sourceLines(answer)],
    ["took", tookLines(answer)],
    ["error", story.error === null ? [] : [`${story.error.name}: ${story.error.message.split("\n", 1)[0]}`]],
    ["call", call.name === call.id ? [] : [call.id]],
    ["run", [`${run.id}${flow}`]],
    ["key", story.key === null ? [] : [story.key.length + MARGIN > columns ? shortKey(story.key) : story.key]],
  ];
  const lines = facts.flatMap(([name, texts]) =>
    texts.map((text, at) => {
      const head = (at === 0 ? `  ${name}` : "").padEnd(MARGIN);
      const line = name === "because" ? style.paint("yellow", oneLine(text)) : oneLine(text);
      // Reasons are what was asked for: they are never cut.
      const room = name === "because" ? Number.POSITIVE_INFINITY : columns - MARGIN;
      return style.paint("dim", head) + cut(line, room, style.symbols.ellipsis);
    }),
  );
  const remarks = [...findings.notes, ...seeAlso(answer)];
  return [
    style.paint("bold", `${oneLine(call.name)} ${endOf(answer)}`),
    ...lines,
    ...(remarks.length > 0 ? ["", ...remarks.map(remark => `  ${oneLine(remark)}`)] : []),
  ];
}

function endOf({ story, findings, run }: Answer): string {
  const { outcome } = story;
  if (outcome === "cached" && (story.key === null || findings.source?.run === run.id)) {
    return "took the result of an equal call";
  }
  if (wasExecuted(story)) return ENDS[outcome];
  switch (outcome) {
    case "cached":
    case "upstreamFailed":
      return ENDS[outcome];
    case "cancelled":
      return "was cancelled before it ran";
    case "unfinished":
      return "had not started when the log ends";
    default:
      return "was not executed: it failed before that";
  }
}

function sourceLines({ findings: { source }, story }: Answer): string[] {
  if (source === null) return [];
  const age = story.at - source.createdAt;
  const when = new Date(source.createdAt).toISOString();
  const before = age < 1000 ? "" : `, ${coarse(age)} before`;
  return [`as ${source.call} in the run ${source.run}`, `on ${when}${before}; that took ${duration(source.ms)}`];
}

function tookLines({ story: { ms, attempts } }: Answer): string[] {
  if (ms === null) return [];
  return [attempts > 1 ? `${duration(ms)}, in the last of ${count(attempts)} attempts` : duration(ms)];
}

/** An input that is another call's result: why that is another one is the next question. */
function seeAlso({ findings: { reasons }, named, run }: Answer): string[] {
  const upstream = reasons.flatMap(reason => (reason.why === "upstreamChanged" ? [reason.call] : []));
  // What a map gives is no call.
  const calls = new Set(upstream.filter(call => /-\d+$/.test(call)));
  const which = named ? ` --run ${run.id}` : "";
  return [...calls].slice(0, 3).map(call => `See heddle why ${call}${which}`);
}
