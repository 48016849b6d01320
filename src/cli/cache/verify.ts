/** `heddle cache verify`: reads everything, and removes what is damaged. */
import { createLogUpdate } from "log-update";
import { formatSize } from "../../config/size.ts";
import { count, percent, plural } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import type { Problem, Verified } from "../../store/verify.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson, stdoutScreen, table } from "../screen.ts";
import { type StoreFlags, withStore } from "./store.ts";

export function verify(flags: StoreFlags): Promise<ExitCode> {
  return withStore(flags, async (store, place) => {
    const problems: Problem[] = [];
    let found: Verified = { entries: 0, bad: 0, bytes: 0, orphans: 0 };
    if (store !== null) {
      const progress = progressLine(store.stats().entries);
      found = await store.verify(problem => problems.push(problem), progress.update);
      progress.clear();
    }
    if (flags.json === true) printJson({ store: place.shown, ...found, problems });
    else if (store === null) print([`Nothing is cached yet in ${place.shown}.`]);
    else print(text(found, problems));
    return found.bad > 0 ? EXIT.failed : EXIT.ok;
  });
}

const EVERY = 100;

/** How far it is, repainted on stderr where that is a terminal. */
function progressLine(entries: number): { update(done: number): void; clear(): void } {
  const { stderr } = process;
  if (stderr.isTTY !== true || process.env["TERM"] === "dumb") return { update() {}, clear() {} };
  const line = createLogUpdate(stderr);
  let painted = Date.now();
  return {
    update(done) {
      if (Date.now() - painted < EVERY) return;
      painted = Date.now();
      line(
        `Checking ${count(done)} of ${plural(entries, "entry", "entries")}, ${percent(done / Math.max(1, entries))}`,
      );
    },
    clear: () => line.clear(),
  };
}

function text({ entries, bad, bytes, orphans }: Verified, problems: readonly Problem[]): string[] {
  const all = `${plural(entries, "entry", "entries")}, ${formatSize(bytes)}`;
  const swept = orphans === 0 ? [] : [`${plural(orphans, "file")} of no entry removed`];
  if (bad === 0) return [`${all}: all is well`, ...swept];
  const lines = table(
    [{ title: "call", least: 12 }, { title: "problem" }, { title: "key" }],
    problems.map(({ key, call, problem }) => [oneLine(call) || "?", oneLine(problem), key]),
    // Nothing of a problem is cut.
    { ...stdoutScreen(), columns: Number.POSITIVE_INFINITY },
  );
  const were =
    bad === 1
      ? "1 was damaged and is removed; its call runs"
      : `${count(bad)} were damaged and are removed; their calls run`;
  const end = `${all}: ${were} again`;
  return [...lines, "", end, ...swept];
}
