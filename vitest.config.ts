import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    globalSetup: ["test/engines/setup.ts"],
    setupFiles: ["test/equality.ts"],
    // The build and the fixtures are loaded as a user's program loads them, not transformed.
    server: { deps: { external: [/\/dist\//, /\/test\/fixtures\//] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As long as a busy machine may take.
    expect: { poll: { timeout: 30_000 } },
    // More than the cores of a small machine, as many tests wait for other processes.
    maxWorkers: 3,
  },
});
