/** Results as Markdown. */
import { standing } from "./figures.mjs";
import { counted, number } from "./numbers.mjs";

export function table({ title, calls, of = "calls", floor, goal, unit, lines }, versions) {
  const columns = [...new Set(lines.flatMap(line => Object.keys(line.columns ?? {})))];
  const head = ["", unit.name, "lowest to highest", "heddle is better by", "peak memory", ...columns];
  const rows = lines.map(line => {
    const name = line.who === "floor" ? `floor: ${floor}` : nameOf(line, calls, of, versions);
    const why = line.skipped ?? (line.failed ? "did not finish" : undefined);
    if (why !== undefined) return [name, why, ...head.slice(2).map(() => "")];
    return [
      line.who === "heddle" ? `**${name}**` : name,
      number(line.value),
      `${number(line.low)} to ${number(line.high)}`,
      line.ratio === undefined ? "" : `${number(line.ratio)} x`,
      `${Math.round(line.peak / 1e6)} MB`,
      ...columns.map(column => (line.columns[column] === undefined ? "" : number(line.columns[column]))),
    ];
  });
  const layout = ["---", ...head.slice(1).map(() => "---:")];
  const body = [head, layout, ...rows].map(cells => `| ${cells.join(" | ")} |`).join("\n");
  return `### ${title}, ${counted(calls)} ${of}\n\n${body}\n\n${verdict(lines, goal, unit)}\n`;
}

function verdict(lines, goal, unit) {
  if (lines.find(({ who }) => who === "heddle").failed) return "heddle did not finish.";
  const { best, floor, missed } = standing(lines, goal);
  const said = [];
  if (best !== undefined) {
    const ahead = `${number(best.ratio)} x ${unit.ahead}, ${best.who}`;
    said.push(best.ratio >= 1 ? ahead : `**${unit.behind} ${best.who}**`);
  }
  if (floor?.ratio !== undefined) said.push(`${number(unit.more ? floor.ratio : 1 / floor.ratio)} x ${unit.floor}`);
  if (goal !== undefined) said.push(missed.length === 0 ? "goal reached" : `goal not reached: ${missed.join(", ")}`);
  return said.length === 0 ? "" : `heddle: ${said.join("; ")}.`;
}

/** With its version, and with how many calls it made where those were fewer. */
function nameOf({ who, from, count }, calls, of, versions) {
  const version = who === "heddle" || from !== "node" ? (versions[from] ?? "") : "";
  const fewer = count === undefined || count >= calls ? "" : `, ${counted(count)} ${of}`;
  return `${who} ${version}`.trim() + fewer;
}

/** What rows there are. */
export function listed(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, title, calls, of, contenders }) => {
      const others = Object.keys(contenders).filter(who => who !== "heddle");
      return `${name.padEnd(width)}  ${title}, ${counted(calls)} ${of}; beside ${others.join(", ")}`;
    })
    .join("\n");
}
