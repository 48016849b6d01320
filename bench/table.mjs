/** Results as Markdown. */
import { standing } from "./figures.mjs";

/** A row about a `whole`, such as the start of a run, has milliseconds of it instead of microseconds a call. */
export function table({ title, calls, floor, goal, whole = false, of = "calls", lines }, versions) {
  const scale = whole ? calls / 1_000 : 1;
  const withBytes = lines.some(line => line.bytes !== undefined);
  const head = [
    "",
    whole ? "ms" : "µs a call",
    "lowest to highest",
    "times heddle's",
    "peak memory",
    ...(withBytes ? ["bytes a call"] : []),
  ];
  const rows = lines.map(line => {
    const name = line.who === "floor" ? `floor: ${floor}` : `${line.who} ${versionOf(line, versions)}`.trim();
    if (line.failed) return [name, "did not finish", ...head.slice(2).map(() => "")];
    return [
      line.who === "heddle" ? `**${name}**` : name,
      number(line.us * scale),
      `${number(line.low * scale)} to ${number(line.high * scale)}`,
      line.who === "heddle" || line.ratio === undefined ? "" : `${number(line.ratio)} x`,
      `${Math.round(line.peak / 1e6)} MB`,
      ...(withBytes ? [String(Math.round(line.bytes))] : []),
    ];
  });
  const layout = ["---", ...head.slice(1).map(() => "---:")];
  const body = [head, layout, ...rows].map(cells => `| ${cells.join(" | ")} |`).join("\n");
  return `### ${title}, ${calls.toLocaleString("en")} ${of}\n\n${body}\n\n${verdict(lines, goal, calls)}\n`;
}

function verdict(lines, goal, calls) {
  if (lines.find(({ who }) => who === "heddle").failed) return "heddle did not finish.";
  const { fastest, floor, missed } = standing(lines, goal, calls);
  const said = [];
  if (fastest?.ratio !== undefined) {
    const { who, ratio } = fastest;
    said.push(ratio >= 1 ? `${number(ratio)} x as fast as the fastest peer, ${who}` : `**slower than ${who}**`);
  }
  if (floor?.ratio !== undefined) said.push(`${number(1 / floor.ratio)} x the floor's time`);
  if (goal !== undefined) said.push(missed.length === 0 ? "goal reached" : `goal not reached: ${missed.join(", ")}`);
  return `heddle: ${said.join("; ")}.`;
}

function versionOf({ who, from }, versions) {
  return who === "heddle" || from !== "node" ? (versions[from] ?? "") : "";
}

function number(x) {
  return x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2);
}
