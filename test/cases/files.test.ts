import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { all, file, flow, quote, startRun, task, unmapped } from "heddle";
import { describe, expect, test } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import {
  gives,
  plainGives,
  plainPromises,
  plainReads,
  promises,
  reads,
  readsAll,
  trusts,
  writes,
} from "../fixtures/cases/files-tasks.mjs";
import { everywhere, on, throughout } from "./places.ts";

describe("a file as an input", () => {
  on(throughout, "arrives as its absolute path, in every way in which it can be passed", async bench => {
    const where = folder();
    const path = join(where, "a.txt");
    // Of its own, as others might read one that is just being written.
    const given = join(where, "given.txt");
    writeFileSync(path, "content");
    const value = await bench.run(() => [
      plainReads.submit(file(path)),
      plainReads.submit(Promise.resolve(file(path))),
      plainReads.submit(quote(file(path))),
      plainReads.map([file(path)]),
      plainReads.submit(plainGives.submit(given, "content").get("at")),
      plainReads.submit(
        all({ deep: [file(path)] })
          .get("deep")
          .get(0),
      ),
    ]);
    const read = ["string", path, "content"];
    expect(value).toEqual([read, read, read, [read], ["string", given, "content"], read]);
  });

  on(everywhere, "that is missing fails the call when it is submitted", async bench => {
    const gone = join(folder(), "gone.txt");
    const failed = (value: unknown) => value instanceof Error && value.name === "FileError" && value.message;
    const errors = await bench.run(async () => {
      const calls = [plainReads.submit(file(gone)), plainReads.map([file(gone)]).at(0)!, reads.submit("", file(gone))];
      return Promise.all(calls.map(call => call.catch(error => failed(error))));
    });
    for (const message of errors) {
      expect(message).toMatch(/^An input of (plainReads|reads) names a file that cannot be used: input [01] is /);
      expect(message).toContain(`${gone}, which does not exist`);
    }
  });

  on(everywhere, "counts by its bytes", async bench => {
    const { at } = bench;
    const where = folder();
    const [a, b] = [join(where, "a.txt"), join(where, "b.txt")];
    writeFileSync(a, "one");
    const body = () => readsAll.submit(at, { first: file(a), others: new Map([["x", file(a)]]) });
    expect(await runOn(bench, where, body)).toMatchObject({ value: "one,one", told: ["readsAll"] });
    writeFileSync(a, "one");
    expect(await runOn(bench, where, body)).toMatchObject({ value: "one,one", told: [] });
    renameSync(a, b);
    const moved = () => readsAll.submit(at, { first: file(b), others: new Map([["x", file(b)]]) });
    expect(await runOn(bench, where, moved)).toMatchObject({ value: "one,one", told: [] });
    writeFileSync(b, "two");
    expect(await runOn(bench, where, moved)).toMatchObject({ value: "two,two", told: ["readsAll"] });
  });

  on(["inline"], "counts so for key and clear, for unmapped values and for what includes it", async bench => {
    const { at } = bench;
    const where = folder();
    const path = join(where, "a.txt");
    writeFileSync(path, "one");
    const map = () => reads.map([at, at], unmapped(file(path)));
    expect((await runOn(bench, where, map)).told).toEqual(["reads"]);
    const asked = async <T>(ask: () => Promise<T>) => (await runOn(bench, where, ask)).value as T;
    const key = await asked(() => reads.key(at, file(path)));
    expect(key).not.toBe(await asked(() => reads.key(at, path)));
    writeFileSync(path, "two");
    expect(await asked(() => reads.key(at, file(path)))).not.toBe(key);
    expect(await asked(() => reads.clear(at, file(path)))).toBe(false);
    writeFileSync(path, "one");
    expect(await asked(() => reads.clear(at, file(path)))).toBe(true);
    const including = () => reads.with({ cache: { include: [file(path)] } }).submit(at, path);
    expect((await runOn(bench, where, including)).told).toEqual(["reads"]);
    expect((await runOn(bench, where, including)).told).toEqual([]);
    writeFileSync(path, "three");
    expect((await runOn(bench, where, including)).told).toEqual(["reads"]);
  });
});

describe("a file in a result", () => {
  on(throughout, "is read as its absolute path", async bench => {
    const path = join(folder(), "out.txt");
    const value = await bench.run(async () => {
      const future = plainGives.submit(path, "x");
      const read = await future;
      expect(typeof read.at).toBe("string");
      return { read, future, part: future.get("list"), settled: await future.settled() };
    });
    const result = { at: path, list: new Map([["a", path]]) };
    expect(value).toEqual({
      read: result,
      future: result,
      part: result.list,
      settled: { ok: true, value: result },
    });
  });

  on(throughout, "must be there when the task returns", async bench => {
    const { at } = bench;
    const gone = join(folder(), "gone.txt");
    const problem = (call: PromiseLike<unknown>) => call.then(String, (error: Error) => error.message);
    const [plain, kept] = await bench.run(() => [
      problem(plainPromises.submit(gone)),
      problem(promises.submit(at, gone)),
    ]);
    expect(plain).toMatch(/^The result of plainPromises names a file that cannot be used: .*gone\.txt, which does not/);
    expect(kept).toMatch(/^The result of promises(-\d+)? names a file that cannot be used: /);
  });

  // Case 61.
  on(everywhere, "edited or deleted later: computed again; trusted: the old value", async bench => {
    const { at } = bench;
    const where = folder();
    const path = join(where, "out.csv");
    const body = () => writes.submit(at, path, "1,2");
    const result = { csv: path, bytes: 3 };
    expect(await runOn(bench, where, body)).toMatchObject({ value: result, told: ["writes 1,2"] });
    expect(await runOn(bench, where, body)).toMatchObject({ value: result, told: [] });
    writeFileSync(path, "1,3");
    expect(await runOn(bench, where, body)).toMatchObject({ value: result, told: ["writes 1,2"] });
    rmSync(path);
    expect(await runOn(bench, where, body)).toMatchObject({ value: result, told: ["writes 1,2"] });
    expect(await runOn(bench, where, body)).toMatchObject({ value: result, told: [] });

    const trusting = () => trusts.submit(at, join(where, "other.csv"), "1");
    const first = await runOn(bench, where, trusting);
    expect(first.told).toEqual(["trusts 1"]);
    rmSync(join(where, "other.csv"));
    expect(await runOn(bench, where, trusting)).toMatchObject({ value: first.value, told: [] });
  });

  on(everywhere, "stops the work where its content stops changing", async bench => {
    const { at } = bench;
    const where = folder();
    const path = join(where, "out.csv");
    const body = (text: string, salt: number) => () => {
      const made = gives.submit(at, path, text, salt);
      const [whole, text2] = [reads.submit(at, made), all({ first: made, others: new Map<string, string>() })];
      return [whole, readsAll.submit(at, text2)];
    };
    const cold = await runOn(bench, where, body("a", 1));
    expect(cold.told).toEqual(["gives a", "reads", "readsAll"]);
    expect(cold.value).toEqual([["string", path, "a"], "a"]);
    expect(await runOn(bench, where, body("a", 2))).toMatchObject({ value: cold.value, told: ["gives a"] });
    const other = await runOn(bench, where, body("b", 2));
    expect(other.told).toEqual(["gives b", "reads", "readsAll"]);
    expect(other.value).toEqual([["string", path, "b"], "b"]);
  });

  on(["inline", "threads"], "of an uncached call counts by content downstream", async bench => {
    const { at } = bench;
    const where = folder();
    const path = join(where, "out.csv");
    const body = (text: string) => () => {
      const made = plainGives.submit(path, text);
      return [
        reads.submit(at, made.get("at")),
        readsAll.submit(at, { first: made.get("at"), others: made.get("list") }),
      ];
    };
    expect((await runOn(bench, where, body("a"))).told).toEqual(["reads", "readsAll"]);
    expect((await runOn(bench, where, body("a"))).told).toEqual([]);
    expect((await runOn(bench, where, body("b"))).told).toEqual(["reads", "readsAll"]);
  });

  on(["inline"], "of a flow keeps it valid likewise", async bench => {
    const { at } = bench;
    const where = folder();
    const path = join(where, "out.csv");
    const makes = flow("makes", { cache: { shallow: true } }, () => {
      bench.channel.heard.push("makes");
      return { made: writes.submit(at, path, "1").get("csv"), n: 1 };
    });
    const body = () => makes();
    expect(await runOn(bench, where, body)).toMatchObject({ value: { made: path, n: 1 }, told: ["makes", "writes 1"] });
    expect(await runOn(bench, where, body)).toMatchObject({ value: { made: path, n: 1 }, told: [] });
    writeFileSync(path, "2");
    expect((await runOn(bench, where, body)).told).toEqual(["makes", "writes 1"]);
  });

  test("in a project that was moved is the file that was moved with it", async () => {
    const [home, away] = [folder(), join(folder(), "away")];
    let [root, ran] = [home, 0];
    const makes = task("moves", { cache: { code: "none" } }, () => {
      ran++;
      writeFileSync(join(root, "out.csv"), "1");
      return { at: file(join(root, "out.csv")) };
    });
    const run = () => startRun(makes, [], { root, quiet: true }).result;
    expect(await run()).toEqual({ at: join(home, "out.csv") });
    renameSync(home, away);
    root = away;
    expect(await run()).toEqual({ at: join(away, "out.csv") });
    expect(ran).toBe(1);
    writeFileSync(join(away, "out.csv"), "2");
    expect(await run()).toEqual({ at: join(away, "out.csv") });
    expect(ran).toBe(2);
  });
});
