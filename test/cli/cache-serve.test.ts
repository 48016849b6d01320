/** `heddle cache serve`: a process of its own, asked as other machines would ask it. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { digestBytes } from "../../src/codec/digest.ts";
import { openShared } from "../../src/store/remote/shared.ts";
import { keyOf } from "./cache-store.ts";
import { project, type Running } from "./rig.ts";

async function urlOf({ process: child, ended }: Running): Promise<string> {
  const first = await Promise.race([once(child.stdout!, "data"), ended]);
  if (!Array.isArray(first)) throw new Error(first.stderr);
  return JSON.parse(String(first[0])).url;
}

const FACTS = {
  key: keyOf({ call: "score-1" }),
  identity: "fixture/src/a.ts#score",
  result: digestBytes("3"),
  createdAt: 1,
  ms: 1,
  run: "r",
  call: "score-1",
};

test("results go there and come back; a signal ends it well", async () => {
  const { folder, start } = project();
  const running = start(["cache", "serve", "--port", "0", "--json"], { env: { HEDDLE_CACHE_TOKEN: "secret" } });
  const url = await urlOf(running);
  const troubles: string[] = [];
  const shared = openShared({ url, token: "secret", push: true, onTrouble: text => troubles.push(text) });
  shared.push(FACTS, 3);
  await shared.flush();
  expect(await shared.fetch(FACTS.key)).toMatchObject({ facts: { call: "score-1" } });
  await shared.close();
  expect(troubles).toEqual([]);
  expect(existsSync(path.join(folder, ".heddle/shared"))).toBe(true);

  const refused: string[] = [];
  const stranger = openShared({ url, onTrouble: text => refused.push(text) });
  expect(await stranger.fetch(FACTS.key)).toBeUndefined();
  expect(refused).toHaveLength(1);
  await stranger.close();

  running.process.kill("SIGTERM");
  const { code, stdout, stderr } = await running.ended;
  expect({ code, lines: stdout.split("\n").length }).toEqual({ code: 0, lines: 2 });
  expect(stderr).toContain("the cache in .heddle/shared is there for those who have the token; Ctrl-C ends it");
  expect(stderr).not.toContain("secret");
});

test.each([
  [["--port", "http"], "--port http is not a port"],
  [["--port", "70000"], "--port 70000 is not a port"],
  [["--max-blob", "big"], '--max-blob: "big" is not a size'],
  [["--port", "0", "--host", "0.0.0.0"], "cache server: other machines reach 0.0.0.0"],
])("heddle cache serve %j is refused", async (args, message) => {
  const { code, stdout, stderr } = await project().heddle("cache", "serve", ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test("a port that is taken", async () => {
  const { start, heddle } = project();
  const url = await urlOf(start(["cache", "serve", "--port", "0", "--json"]));
  const { code, stderr } = await heddle("cache", "serve", "--port", new URL(url).port);
  expect(code).toBe(2);
  expect(stderr).toContain(`port ${new URL(url).port} is taken`);
});
