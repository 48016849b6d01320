import { catalogue } from "../errors.ts";
import type { ErrorFacts } from "../events/event.ts";
import type { Capture, CaptureKind, ShowCapture } from "./capture.ts";
import type { FailureGroup } from "./failures.ts";
import { count, duration, plural } from "./format.ts";
import { type StackPlace, userFrames } from "./stack.ts";
import type { Style } from "./style.ts";
import { clean, oneLine } from "./text.ts";

export interface FailureOptions {
  readonly style: Style;
  readonly showCapture: ShowCapture;
  readonly place: StackPlace;
}

const mostOutputLines = 40;
const mostMessageLines = 20;
const deepestCause = 3;

const states = {
  failed: "failed",
  crashed: "crashed",
  timedOut: "timed out",
  cancelled: "was cancelled",
  upstreamFailed: "did not run",
} as const;

/** A failure in a few lines, for when it happens: what failed, the message, and the user's own line. */
export function shortFailure(group: FailureGroup, options: FailureOptions): string[] {
  const { style, place } = options;
  const frames = userFrames(group.error.stack, place, 1);
  return [
    headline(group, style),
    ...messageLines(group.error, style, "  "),
    ...frames.map(frame => style.paint("dim", `    ${frame}`)),
  ];
}

/** A failure with all that helps to mend it: message, stack, causes, and the call's own output. */
export function fullFailure(group: FailureGroup, options: FailureOptions): string[] {
  const { style, showCapture } = options;
  return [
    headline(group, style),
    ...errorLines(group.error, options, "  "),
    ...captureLines(group.capture, showCapture, style, "  "),
    ...againLines(group, style),
  ];
}

/** An error with its stack, its causes and its members. */
export function errorLines(error: ErrorFacts, options: FailureOptions, indent: string, depth = 0, lead = ""): string[] {
  const { style, place } = options;
  const lines = messageLines(error, style, indent, lead);
  for (const frame of userFrames(error.stack, place, depth === 0 ? 6 : 2)) {
    lines.push(style.paint("dim", `${indent}  ${frame}`));
  }
  if (depth >= deepestCause) return lines;
  if (error.cause !== undefined) {
    lines.push(...errorLines(error.cause, options, `${indent}  `, depth + 1, "caused by "));
  }
  const members = error.errors ?? [];
  for (const member of members.slice(0, 3)) lines.push(...errorLines(member, options, `${indent}  `, depth + 1));
  if (members.length > 3) lines.push(style.paint("dim", `${indent}  and ${plural(members.length - 3, "more error")}`));
  return lines;
}

/** How to repeat just this. */
function againLines({ again, name, others }: FailureGroup, { paint }: Style): string[] {
  return again === undefined ? [] : [`  ${paint("cyan", "again")}: ${again([name, ...others])}`];
}

function headline(group: FailureGroup, { paint, symbols }: Style): string {
  const facts: string[] = [];
  if (group.ms > 0) facts.push(`after ${duration(group.ms)}`);
  if (group.attempt > 1) facts.push(`at attempt ${group.attempt}`);
  if (group.worker !== undefined) facts.push(`on ${oneLine(group.worker)}`);
  const what = `${oneLine(group.name)} ${states[group.state]}`;
  const alike = group.count === 1 ? "" : `  ${symbols.times}${count(group.count)}${othersOf(group)}`;
  return `${paint("red", symbols.failed)} ${paint("bold", what)}${paint("dim", ` ${facts.join(" ")}`.trimEnd())}${alike}`;
}

function othersOf({ others, count: all }: FailureGroup): string {
  const names = others.slice(0, 3).map(oneLine);
  return `: also ${names.join(", ")}${all - 1 > names.length ? ` and ${count(all - 1 - names.length)} more` : ""}`;
}

/** The message; of heddle's own errors, the remedy apart as a hint. */
function messageLines(error: ErrorFacts, { paint }: Style, indent: string, lead = ""): string[] {
  const message = clean(error.message).trimEnd();
  const split = error.code !== undefined && error.code in catalogue ? message.lastIndexOf("\n  ") : -1;
  const said = (split < 0 ? message : message.slice(0, split)).split("\n");
  const [first = "", ...further] = said.slice(0, mostMessageLines);
  const lines = [`${indent}${lead}${paint("red", oneLine(error.name))}${first === "" ? "" : `: ${first}`}`];
  lines.push(...further.map(line => `${indent}${line}`.trimEnd()));
  if (said.length > mostMessageLines) {
    lines.push(paint("dim", `${indent}(${count(said.length - mostMessageLines)} more lines of the message)`));
  }
  if (split >= 0) lines.push(`${indent}${paint("cyan", "hint")}: ${message.slice(split).trim()}`);
  return lines;
}

const labels: Readonly<Record<CaptureKind, string>> = {
  stdout: "out",
  stderr: "err",
  command: "cmd",
  log: "log",
  warning: "log",
  attempt: "try",
};

/** What was captured, each line with the stream it came from. */
export function captureLines(capture: Capture, show: ShowCapture, { paint, symbols }: Style, indent: string): string[] {
  if (show === "no") return [];
  const lines: string[] = [];
  for (const { kind, text } of capture.pieces) {
    if (show !== "all" && kind !== show) continue;
    const gutter = paint("dim", `${indent}${labels[kind]} ${symbols.gutter}`);
    for (const line of clean(text).replace(/\n$/, "").split("\n")) lines.push(`${gutter} ${line}`.trimEnd());
  }
  const missing = Math.max(0, lines.length - mostOutputLines);
  const left = [
    ...(missing > 0 ? [`${count(missing)} lines`] : []),
    ...(capture.dropped > 0 ? [`${count(capture.dropped)} characters before`] : []),
  ];
  const note = left.length === 0 ? [] : [paint("dim", `${indent}    (${left.join(" and ")} left out)`)];
  return [...note, ...lines.slice(missing)];
}
