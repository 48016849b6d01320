import type { Writable } from "node:stream";

/** In milliseconds: nobody sees it. */
const PATIENCE = 10;

/** Writes lines, those that come soon after each other at once: a write to a pipe takes longer than a short job. */
export function linesTo(stream: Writable): Lines {
  let lines = "";
  const flush = () => {
    if (lines !== "") stream.write(lines);
    lines = "";
  };
  process.on("exit", flush);
  return {
    flush,
    say(line) {
      if (lines === "") setTimeout(flush, PATIENCE);
      lines += `${line}\n`;
    },
  };
}

export interface Lines {
  say(line: string): void;
  /** Writes what was said, now. */
  flush(): void;
}
