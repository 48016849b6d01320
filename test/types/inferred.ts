/** What must be inferred. Nothing here runs: `types.test.ts` has the compiler read it. */
import { expectTypeOf } from "vitest";
import {
  all,
  allowFailure,
  asCompleted,
  attach,
  type FilePath,
  type Flow,
  type Future,
  type FutureList,
  file,
  flow,
  type Input,
  type Job,
  move,
  type Outcome,
  quote,
  type Resolved,
  run,
  shared,
  type Task,
  task,
  unmapped,
  wait,
} from "../../src/index.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

class Account {
  readonly #secret = 1;
  private readonly hidden = 2;
  readonly owner: string;
  constructor(owner: string) {
    this.owner = owner;
  }
  sum(): number {
    return this.#secret + this.hidden;
  }
}

interface Row {
  readonly id: number;
  readonly tags: readonly string[];
  readonly at?: Date;
}

interface Tree {
  readonly value: number;
  readonly children: readonly Tree[];
  readonly parent?: Tree;
}

declare const json: Json;
declare const tree: Tree;
declare const account: Account;
declare const row: Row;

const add = task("add", (a: number, b: number) => a + b);
const isEven = task("isEven", (n: number) => n % 2 === 0);
const load = task("load", async (url: string): Promise<Row[]> => [{ id: url.length, tags: [] }]);
const optional = task("optional", (a: number, b?: string) => `${a}${b}`);
const rest = task("rest", (first: string, ...more: number[]) => more.length + first.length);
const nothing = task("nothing", () => {});
const echoJson = task("echoJson", (value: Json): Json => value);
const negate = task("negate", (flag: boolean) => !flag);
const bank = task("bank", (one: Account) => one);
const sums = task("sums", (table: Map<string, number>, kinds: Set<string>) => table.size + kinds.size);
const pair = task("pair", (both: readonly [number, string]) => both);
const rows = task("rows", (all: readonly Row[]) => all.length);
const either = task("either", (value: string | number | { readonly id: number }) => value);
const bytes = task("bytes", (data: Uint8Array, when: Date, pattern: RegExp) => [data, when, pattern] as const);

export async function jobs(): Promise<void> {
  const job = await add.delay(1, 2);
  expectTypeOf(job).toEqualTypeOf<Job<number>>();
  expectTypeOf(await add.delay(job, job.result())).toEqualTypeOf<Job<number>>();
  expectTypeOf(await add.with({ delay: { in: "5m", queue: "slow" } }).delay(1, 2)).toEqualTypeOf<Job<number>>();
  expectTypeOf(await job.result({ timeout: "1s" })).toEqualTypeOf<number>();
  expectTypeOf(attach<string>("id").result()).resolves.toEqualTypeOf<string>();
  // @ts-expect-error: a job of another type
  await isEven.delay(await load.delay("url"));
}

export function tasks(): void {
  expectTypeOf(add).toEqualTypeOf<Task<[a: number, b: number], number>>();
  expectTypeOf(add.fn).parameters.toEqualTypeOf<[a: number, b: number]>();
  expectTypeOf(add(1, 2)).toEqualTypeOf<Future<number>>();
  expectTypeOf(add.submit(add(1, 2), Promise.resolve(3))).toEqualTypeOf<Future<number>>();
  expectTypeOf(load("x")).toEqualTypeOf<Future<Row[]>>();
  expectTypeOf(nothing()).toEqualTypeOf<Future<void>>();
  expectTypeOf(add.with({ retries: 2 })).toEqualTypeOf(add);
  expectTypeOf<Awaited<ReturnType<typeof load>>>().toEqualTypeOf<Row[]>();
  optional(1);
  optional.submit(add(1, 2), "x");
  rest("a", 1, add(1, 2), 3);
  expectTypeOf([1, 2].map(n => isEven.submit(n))).toEqualTypeOf<Future<boolean>[]>();
}

export function booleans(): void {
  // A `Future<boolean>` is one type, and not a future of true or of false.
  const even = isEven.submit(4);
  expectTypeOf(even).toEqualTypeOf<Future<boolean>>();
  negate.submit(even);
  negate.submit(isEven(2));
  expectTypeOf(negate.map([true, even, Promise.resolve(false)])).toEqualTypeOf<FutureList<boolean>>();
  expectTypeOf<Input<boolean>>().extract<boolean>().toEqualTypeOf<boolean>();
}

export function structures(): void {
  const n = add(1, 2);
  const s = optional(1);
  pair([n, s]);
  pair([1, Promise.resolve("x")]);
  rows([row, { id: n, tags: [s, "t"] }, Promise.resolve(row)]);
  rows(load("x"));
  sums(new Map([["a", n]]), new Set([s, "b"]));
  sums(new Map<string, number | Future<number>>(), new Set<string>());
  either({ id: n });
  either(n);
  either(s);
  bank(account);
  bank.submit(bank(account));
  bytes(new Uint8Array(), new Date(), /x/);
  bytes.submit(Promise.resolve(new Uint8Array()), new Date(), /x/);
  rows(quote([row]));
}

export function recursive(): void {
  expectTypeOf(echoJson(json)).toEqualTypeOf<Future<Json>>();
  echoJson({ a: [1, { b: echoJson("x") }] });
  echoJson.submit([add(1, 2), "x", null]);
  expectTypeOf(echoJson.map([json, 1, echoJson(2)])).toEqualTypeOf<FutureList<Json>>();
  expectTypeOf<Resolved<Json>>().toEqualTypeOf<Json>();
  expectTypeOf(flow("gives", () => json)()).toEqualTypeOf<Future<Json>>();
  expectTypeOf(all({ json }).get("json")).toEqualTypeOf<Future<Json>>();
  expectTypeOf(allowFailure({ json, n: add(1, 2) }).get("n")).toEqualTypeOf<Future<Outcome<number>>>();
  const grow = task("grow", (one: Tree): Tree => one);
  const forest = flow("forest", (one: Tree) => grow.map([one, grow(one), { value: add(1, 2), children: [grow(one)] }]));
  expectTypeOf(forest(tree).get(0).get("children").get(0)).toEqualTypeOf<Future<Tree>>();
  const sameTree: Future<Tree> = flow("sameTree", () => tree)();
  grow(sameTree);
}

export function generics(): void {
  const identity = <T>(value: T): T => value;
  const ofNumbers = task("ofNumbers", identity<number>);
  expectTypeOf(ofNumbers).toEqualTypeOf<Task<[value: number], number>>();
  const ofAnything = task("ofAnything", identity);
  expectTypeOf(ofAnything(1)).toEqualTypeOf<Future<unknown>>();
}

export function maps(): void {
  expectTypeOf(isEven.map([1, 2])).toEqualTypeOf<FutureList<boolean>>();
  add.map([1, 2], [3, 4]);
  add.map([1, add(1, 2)], unmapped(5));
  add.map(unmapped(add(1, 2)), new Set([1]));
  isEven.map(add.map([1], [2]));
  isEven.map(all([add(1, 2)]));
  isEven.map(Promise.resolve([1, 2]).then(() => [1]) as unknown as Future<number[]>);
  isEven.map(numbers());
  isEven.map(soon());
  rows.map([[row], [row]]);
  optional.map([1], ["x"]);
  const list = load.map(["a"]);
  expectTypeOf(list.length).toEqualTypeOf<number | undefined>();
  expectTypeOf(list.at(0)).toEqualTypeOf<Future<Row[]> | undefined>();
  expectTypeOf([...list]).toEqualTypeOf<Future<Row[]>[]>();
  expectTypeOf(list.settled()).toEqualTypeOf<Promise<Outcome<Row[]>[]>>();
}

function* numbers(): Generator<number> {
  yield 1;
}
async function* soon(): AsyncGenerator<number> {
  yield 1;
}

export async function flows(): Promise<void> {
  const plain = flow("plain", (n: number) => n);
  expectTypeOf(plain).toEqualTypeOf<Flow<[n: number], number>>();
  const report = flow("report", { onError: "continue" }, async (urls: string[]) => {
    return { pages: load.map(urls), first: load(urls[0]!), even: isEven(3), at: new Date(), plain: 4 };
  });
  expectTypeOf(await report(["x"])).toEqualTypeOf<{
    pages: Row[][];
    first: Row[];
    even: boolean;
    at: Date;
    plain: number;
  }>();
  const lists = flow("lists", (n: number) => isEven.map([n]));
  expectTypeOf(lists(1)).toEqualTypeOf<Future<boolean[]>>();
  const keepsClasses = flow("keepsClasses", () => account);
  expectTypeOf(keepsClasses()).toEqualTypeOf<Future<Account>>();
  const tables = flow("tables", () => new Map([["a", add(1, 2)]]));
  expectTypeOf(tables()).toEqualTypeOf<Future<Map<string, number>>>();
  const sets = flow("sets", () => new Set([add(1, 2)]));
  expectTypeOf(sets()).toEqualTypeOf<Future<Set<number>>>();
  const tuples = flow("tuples", () => [add(1, 2), "x"] as const);
  expectTypeOf(tuples()).toEqualTypeOf<Future<readonly [number, "x"]>>();
  const deep = flow("deep", () => ({ a: [{ b: isEven(1) }] }));
  expectTypeOf(deep()).toEqualTypeOf<Future<{ a: { b: boolean }[] }>>();
  expectTypeOf(await run(() => add.map([1], [2]))).toEqualTypeOf<number[]>();
  expectTypeOf(await run({ onError: "stop" }, async () => [add(1, 2), add(3, 4)])).toEqualTypeOf<number[]>();
  add.submit(plain(1), plain.submit(2));
  report.map([["x"], ["y"]]);
}

export async function futures(): Promise<void> {
  const f = load("x");
  expectTypeOf(f.get(0)).toEqualTypeOf<Future<Row>>();
  expectTypeOf(f.get(0).get("tags").get(1)).toEqualTypeOf<Future<string>>();
  expectTypeOf(f.get("length")).toEqualTypeOf<Future<number>>();
  const maybe = task("maybe", (): { readonly id: number } | null => null)();
  expectTypeOf(maybe.get("id")).toEqualTypeOf<Future<number>>();
  expectTypeOf(f.result({ timeout: "1s" })).toEqualTypeOf<Promise<Row[]>>();
  expectTypeOf(f.catch(() => 3)).toEqualTypeOf<Promise<Row[] | number>>();
  expectTypeOf(f.catch(async () => 3)).toEqualTypeOf<Promise<Row[] | number>>();
  expectTypeOf(f.finally(() => {})).toEqualTypeOf<Promise<Row[]>>();
  const outcome = await f.settled();
  if (outcome.ok) expectTypeOf(outcome.value).toEqualTypeOf<Row[]>();
  else expectTypeOf(outcome.error).toEqualTypeOf<Error>();
  expectTypeOf(await Promise.all([f, isEven(1)])).toEqualTypeOf<[Row[], boolean]>();
  const { done, pending } = await wait([isEven(1)], { until: "first" });
  expectTypeOf([...done, ...pending]).toEqualTypeOf<Future<boolean>[]>();
}

export async function gathering(): Promise<void> {
  const both = all({ page: load("x"), list: [add(1, 2)] });
  expectTypeOf(both.get("page")).toEqualTypeOf<Future<Row[]>>();
  expectTypeOf((await both).list[0]).toEqualTypeOf<number>();
  expectTypeOf(all([add(1, 2), isEven(1)])).toEqualTypeOf<Future<readonly [number, boolean]>>();
  expectTypeOf(allowFailure(isEven(1))).toEqualTypeOf<Future<Outcome<boolean>>>();
  const judged = task("judged", (outcome: Outcome<boolean>) => (outcome.ok ? outcome.value : outcome.error.message));
  judged.submit(allowFailure(isEven(1)));
  const kept = await allowFailure([isEven(1), add(1, 2)]);
  expectTypeOf(kept[0]).toEqualTypeOf<Outcome<boolean>>();
  expectTypeOf(kept[1]).toEqualTypeOf<Outcome<number>>();
  for await (const completed of asCompleted([isEven(1), isEven(2)])) {
    expectTypeOf(completed.index).toEqualTypeOf<number>();
    expectTypeOf(completed.future).toEqualTypeOf<Future<boolean>>();
    if (completed.ok) expectTypeOf(completed.value).toEqualTypeOf<boolean>();
    else expectTypeOf(completed.error).toEqualTypeOf<Error>();
  }
  for await (const { ok, value } of asCompleted(load.map(["x"])) as AsyncIterable<{ ok: true; value: Row[] }>) {
    expectTypeOf(ok).toEqualTypeOf<true>();
    expectTypeOf(value).toEqualTypeOf<Row[]>();
  }
}

export function options(): void {
  task("named", { callName: (a, b) => `${a.toFixed()}${b.length}` }, (a: number, b: string) => a + b.length);
  task("hooked", { onSuccess: (call, value) => `${call.id} ${value.toFixed()}` }, (a: number) => a);
  task("soon", { onSuccess: (_, value) => value.toFixed(), retryDelay: ["1s", 20] }, async (a: number) => a);
  flow("resolved", { onSuccess: (_, value) => value[0]?.toFixed() }, (ns: number[]) => add.map(ns, ns));
  add.with({ onSuccess: (_, value) => value.toFixed(), callName: a => a.toFixed(), after: [add(1, 2)], inFlight: 3 });
}

export async function files(): Promise<void> {
  const path = file("a.csv");
  expectTypeOf(path).toEqualTypeOf<FilePath>();
  expectTypeOf(path).toExtend<string>();
  load.submit(path);
  load.map([path, file(new URL("file:///b.csv"))]);
  const makes = task("makes", async () => file("out.csv"));
  expectTypeOf(makes()).toEqualTypeOf<Future<FilePath>>();
  expectTypeOf(await makes()).toEqualTypeOf<FilePath>();
  load.submit(makes());
  load.submit(Promise.resolve(path));
  const report = task("report", () => ({ csv: file("out.csv"), rows: 3 }));
  expectTypeOf(report().get("csv")).toEqualTypeOf<Future<FilePath>>();
  load(report().get("csv"));
  expectTypeOf<Resolved<{ at: FilePath; list: Future<FilePath>[] }>>().toEqualTypeOf<{
    at: FilePath;
    list: FilePath[];
  }>();
  const takes = task("takes", (one: FilePath, many: { readonly all: readonly FilePath[] }) => [one, many]);
  takes.submit(makes(), { all: [path, makes()] });
}

export function arrays(): void {
  const blur = task("blur", (pixels: Uint8ClampedArray, kernel: Float32Array) => {
    return move(pixels.map(x => x * kernel[0]!));
  });
  expectTypeOf(blur.submit(shared(new Uint8ClampedArray(8)), move(new Float32Array(9)))).toEqualTypeOf<
    Future<Uint8ClampedArray<ArrayBuffer>>
  >();
  expectTypeOf(shared(Buffer.alloc(3))).toEqualTypeOf(Buffer.alloc(3));
  expectTypeOf(move(new DataView(new ArrayBuffer(3)))).toExtend<DataView>();
}
