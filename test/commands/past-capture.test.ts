import { command, processes } from "heddle";
import { expect, test } from "vitest";
import { straight } from "../fixtures/commands/tasks.mjs";
import { watched } from "./rig.ts";

const CALLS = 40;

test.each([
  ["processes", () => processes({ workers: 1 })],
  ["command, per worker", () => command({ prefix: "env", per: "worker", workers: 1 })],
])("what a call writes past the capture is its own, and no later one's: %s", async (_, runner) => {
  const body = async () => {
    for (let n = 0; n < CALLS; n++) await straight.submit(n);
  };
  const { result, witness } = watched(body, { runner: runner() });
  await result;
  const submitted = witness
    .of("submitted")
    .flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
  const numbers = submitted.slice(-CALLS);
  expect(witness.of("output").map(({ call, text }) => [call, text])).toEqual(
    numbers.map((call, n) => [call, `${n}\n`]),
  );
});
