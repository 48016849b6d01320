import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take longest, and would keep one core busy at the end. */
const LONG = [
  "engines/ray.test",
  "bench/run.test",
  "engines/",
  "background/redis-",
  "crashes/",
  "chaos/",
  "store/kills",
  "cli/resume",
  "cli/why",
  "cases/",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex(part => moduleId.includes(`/test/${part}`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    globalSetup: ["test/engines/setup.ts"],
    setupFiles: ["test/equality.ts"],
    // The build and the fixtures are loaded as a user's program loads them, not transformed.
    server: { deps: { external: [/\/dist\//, /\/test\/fixtures\//] } },
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As long as a busy machine may take.
    expect: { poll: { timeout: 30_000 } },
    // More than the cores of a small machine, as many tests wait for other processes.
    maxWorkers: 3,
  },
});
