/** Which files git keeps: those are nobody's to delete but the user's. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../../errors.ts";

const MOST_OUTPUT = 1024 * 1024 * 1024;

/**
 * Of these files those that git tracks, in whichever repository each lies; all absolute.
 *
 * @throws UsageError where there is a repository, and git does not say what is in it.
 */
export function trackedAmong(files: readonly string[]): Set<string> {
  const byRepository = new Map<string, string[]>();
  const homes = new Map<string, string | null>();
  for (const file of files) {
    const home = repositoryOf(path.dirname(file), homes);
    if (home === null) continue;
    const known = byRepository.get(home);
    if (known === undefined) byRepository.set(home, [file]);
    else known.push(file);
  }
  const tracked = new Set<string>();
  for (const [home, asked] of byRepository) {
    const all = trackedIn(home);
    for (const file of asked) if (all.has(file)) tracked.add(file);
  }
  return tracked;
}

/** The nearest folder upwards with a `.git`, which is a file in worktrees and submodules. */
function repositoryOf(folder: string, known: Map<string, string | null>): string | null {
  const before = known.get(folder);
  if (before !== undefined) return before;
  const parent = path.dirname(folder);
  const found = existsSync(path.join(folder, ".git")) ? folder : parent === folder ? null : repositoryOf(parent, known);
  known.set(folder, found);
  return found;
}

function trackedIn(repository: string): Set<string> {
  const { status, stdout, stderr, error } = spawnSync("git", ["-C", repository, "ls-files", "-z", "--cached"], {
    encoding: "utf8",
    maxBuffer: MOST_OUTPUT,
    env: withoutRepository(),
  });
  if (status === 0)
    return new Set(stdout.split("\0").flatMap(file => (file === "" ? [] : [path.join(repository, file)])));
  const said = error?.message ?? stderr.trim().split("\n", 1)[0];
  throw new UsageError({
    problem: `It cannot be told which files git tracks in ${repository}: ${said}`,
    hint: "Nothing is deleted as long as that is so. Install git, or mend what it says.",
  });
}

/** As a hook of git's would, these name another repository than the one that is asked. */
function withoutRepository(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR)$/.test(name)),
  );
}
