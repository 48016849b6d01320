/** `heddle doctor`: what is installed, which runners can start, and why not. */
import { styleText } from "node:util";
import { findRoot } from "../../config/find.ts";
import { heddleVersion } from "../../version.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import type { Finding } from "./finding.ts";
import { cpus, memory, node, typescript } from "./machine.ts";
import { config, project, writeAccess } from "./project.ts";
import { queue } from "./queue.ts";
import { tryRunners } from "./runners.ts";

export async function doctor(folder: string, { json = false }: { readonly json?: boolean }): Promise<ExitCode> {
  const root = findRoot(folder);
  const findings: Finding[] = [
    { name: "heddle", state: "ok", detail: heddleVersion() },
    ...(await project(root)),
    node(),
    typescript(root),
    cpus(),
    memory(),
    ...(await tryRunners()),
    ...(await config(root)),
    writeAccess(root),
    ...(await queue()),
  ];
  const well = findings.every(finding => finding.state !== "wrong");
  process.stdout.write(json ? `${JSON.stringify({ ok: well, root, findings }, null, 2)}\n` : text(findings, well));
  return well ? EXIT.ok : EXIT.failed;
}

const MARKS = {
  ok: styleText("green", "ok   "),
  note: styleText("yellow", "note "),
  wrong: styleText("red", "wrong"),
};

function text(findings: readonly Finding[], well: boolean): string {
  const width = Math.max(...findings.map(finding => finding.name.length));
  const margin = " ".repeat(width + 9);
  const lines = findings.map(({ name, state, detail, remedy }) => {
    const more = remedy === undefined ? "" : `\n${margin}${styleText("cyan", remedy)}`;
    return `${MARKS[state]}  ${name.padEnd(width)}  ${detail.replaceAll("\n", `\n${margin}`)}${more}`;
  });
  const notes = findings.some(({ state }) => state === "note");
  const end = !well
    ? "Something is wrong, see above."
    : notes
      ? "Nothing is wrong; look at the notes."
      : "All is well.";
  return `${lines.join("\n")}\n\n${end}\n`;
}
