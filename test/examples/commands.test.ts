/** The examples of Docker, Slurm and clusters, with a prefix that every machine has. */
import { expect, test } from "vitest";
import clusters from "../../examples/clusters/heddle.config.ts";
import { formulas } from "../../examples/docker/formulas.ts";
import docker from "../../examples/docker/heddle.config.ts";
import slurm from "../../examples/slurm/heddle.config.ts";
import { pi } from "../../examples/slurm/pi.ts";
import { checkConfig } from "../../src/config/check.ts";

test("their configs are right", () => {
  expect(checkConfig(docker, "docker")).toBe(docker);
  expect(checkConfig(slurm, "slurm")).toBe(slurm);
  expect(checkConfig(clusters, "clusters")).toBe(clusters);
});

test("formulas: one that ends its process fails alone", async () => {
  const prefix = { sandbox: { command: "nice", per: "worker" as const, workers: 1 } };
  const lines = await formulas.with({ prefix })(["6 * 7", "process.exit(1)", "2 ** 10"]);
  expect(lines[0]).toBe("6 * 7 = 42");
  expect(lines[1]).toMatch(
    /^process\.exit\(1\) : The worker that ran evaluate-\d+ died: exit code 1, of the command nice/,
  );
  expect(lines[2]).toBe("2 ** 10 = 1024");
});

test("pi, a command for each call", async () => {
  const found = await pi.with({ prefix: { cpus: "nice" } })({ jobs: 2, count: 100_000 });
  expect(found).toBeCloseTo(Math.PI, 1);
});
