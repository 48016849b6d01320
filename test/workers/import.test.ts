import { expect, test } from "vitest";
import { importModule } from "../../src/workers/load.ts";
import { fixtures } from "./rig.ts";

const urlOf = (file: string) => new URL(file, fixtures).href;

test("a module that loads: its namespace, nothing parked", async () => {
  const { namespace, parked } = await importModule(urlOf("tasks.mjs"));
  expect(Object.keys(namespace ?? {})).toContain("noop");
  expect(parked).toEqual([]);
});

test("a module that awaits its own flow: no namespace, and what parked where", async () => {
  const { namespace, parked } = await importModule(urlOf("parks.mjs"));
  expect(namespace).toBeNull();
  expect(parked).toMatchObject([{ call: "report(…)", where: expect.stringMatching(/parks\.mjs:8:/) }]);
});

test("a module that throws rejects with what it threw", async () => {
  await expect(importModule(urlOf("throws.mjs"))).rejects.toThrow("the top level went wrong");
});
