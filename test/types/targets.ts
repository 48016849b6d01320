/** What must be inferred of targets, and what must not compile. Nothing here runs. */
import { expectTypeOf } from "vitest";
import type { FileNode } from "../../src/build/declare/nodes.ts";
import {
  type BuildReport,
  build,
  dir,
  file,
  files,
  type ParametricTarget,
  type Target,
  target,
} from "../../src/build.ts";

const clean = target(
  "clean",
  { inputs: { raw: file("raw.csv"), limit: 3 }, outputs: { table: file("t.json"), all: dir("all") } },
  async ({ raw, limit }, { table, all }, { previous }) => {
    expectTypeOf(raw).toEqualTypeOf<string>();
    expectTypeOf(limit).toEqualTypeOf<number>();
    expectTypeOf(table).toEqualTypeOf<string>();
    expectTypeOf(all).toEqualTypeOf<string>();
    expectTypeOf(previous.table).toEqualTypeOf<string | undefined>();
    return { rows: 3, when: new Date() };
  },
);

export function references(): void {
  expectTypeOf(clean.name).toEqualTypeOf<string>();
  target(
    "reads",
    {
      inputs: {
        table: clean.outputs.table,
        parts: clean.outputs.all.files,
        result: clean.result,
        csvs: files("*.csv"),
        style: { dpi: 200, deep: [clean.outputs.table, new Date()], kinds: new Map([["a", 1]]) },
      },
      outputs: { plots: [file("1.png"), file("2.png")], more: { index: file("index.html") } },
      retries: 2,
      labels: { gpu: 1 },
      after: [clean],
    },
    ({ table, parts, result, csvs, style }, { plots, more }, { previous }) => {
      expectTypeOf(table).toEqualTypeOf<string>();
      expectTypeOf(parts).toEqualTypeOf<string[]>();
      expectTypeOf(result).toEqualTypeOf<{ rows: number; when: Date }>();
      expectTypeOf(csvs).toEqualTypeOf<string[]>();
      expectTypeOf(style.dpi).toEqualTypeOf<number>();
      expectTypeOf(style.deep).toEqualTypeOf<(string | Date)[]>();
      expectTypeOf(style.kinds).toEqualTypeOf<Map<string, number>>();
      expectTypeOf(plots[0]).toEqualTypeOf<string | undefined>();
      expectTypeOf(more.index).toEqualTypeOf<string>();
      expectTypeOf(previous.more.index).toEqualTypeOf<string | undefined>();
    },
  );
}

export function parametric(): void {
  const part = target(
    "part",
    (k: number, name: string) => ({ inputs: { k, name }, outputs: { o: file(`${k}.txt`) } }),
    async ({ k, name }, { o }) => {
      expectTypeOf(k).toEqualTypeOf<number>();
      expectTypeOf(name).toEqualTypeOf<string>();
      expectTypeOf(o).toEqualTypeOf<string>();
      return k;
    },
  );
  expectTypeOf(part).toExtend<ParametricTarget<[k: number, name: string], { o: FileNode }, number>>();
  expectTypeOf(part(1, "x").outputs.o).toEqualTypeOf<ReturnType<typeof file>>();
  expectTypeOf(part(1, "x")).toExtend<Target>();
  target("sum", { inputs: { one: part(1, "x").result, texts: [part(2, "y").outputs.o] } }, ({ one, texts }) => {
    expectTypeOf(one).toEqualTypeOf<number>();
    expectTypeOf(texts).toEqualTypeOf<string[]>();
  });
  target("split", { inputs: { n: 3 } }, ({ n }) => [part(n, "a"), part(n, "b")]);
  // @ts-expect-error: a parameter is missing
  part(1);
  // @ts-expect-error: a parameter of the wrong type
  part("1", "x");
  const declare = (day: Date) => ({ inputs: { day } });
  // @ts-expect-error: parameters are texts and numbers
  target("dates", declare, () => {});
}

export function refused(): void {
  // @ts-expect-error: there is no such output
  clean.outputs.tabel;
  // @ts-expect-error: an output is a file or a folder
  target("text", { outputs: { o: "bld/o" } }, () => {});
  // @ts-expect-error: patterns are no outputs
  target("pattern", { outputs: { o: files("bld/*") } }, () => {});
  // @ts-expect-error: targets keep their outputs themselves
  target("cached", { cache: true }, () => {});
  // @ts-expect-error: there is no such input
  target("inputs", { inputs: { a: file("a") } }, ({ b }) => b);
  // @ts-expect-error: an id is a text or a number
  target("id", { id: new Date() }, () => {});
  // @ts-expect-error: it comes after targets
  target("after", { after: ["clean"] }, () => {});
}

export async function report(): Promise<void> {
  const built = await build({ workers: "auto", targets: ["clean"], force: ["clean"] });
  expectTypeOf(built).toEqualTypeOf<BuildReport>();
  expectTypeOf(built.targets[0]!.state).extract<"fresh">().toEqualTypeOf<"fresh">();
  // @ts-expect-error: no number of workers
  await build({ workers: "many" });
}
