import type { Writable } from "node:stream";

/** In milliseconds: nobody sees it. */
const PATIENCE = 10;

/** Writes lines, those that come soon after each other at once: a write to a pipe takes longer than a short job. */
export function linesTo(stream: Writable): (line: string) => void {
  let lines = "";
  const write = () => {
    if (lines !== "") stream.write(lines);
    lines = "";
  };
  process.on("exit", write);
  return line => {
    if (lines === "") setTimeout(write, PATIENCE);
    lines += `${line}\n`;
  };
}
