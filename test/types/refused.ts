/** What must not compile. Nothing here runs: `types.test.ts` has the compiler read it. */
import {
  all,
  allowFailure,
  asCompleted,
  type FilePath,
  type Future,
  file,
  flow,
  task,
  unmapped,
} from "../../src/index.ts";

const add = task("add", (a: number, b: number) => a + b);
const length = task("length", (text: string) => text.length);
const isEven = task("isEven", (n: number) => n % 2 === 0);
const pair = task("pair", (both: readonly [number, string]) => both);
const rows = task("rows", (all: readonly { readonly id: number }[]) => all.length);
const sums = task("sums", (table: Map<string, number>) => table.size);
const none = task("none", () => 1);

class Account {
  private readonly secret = 1;
  sum(): number {
    return this.secret;
  }
}
const bank = task("bank", (one: Account) => one.sum());

export function inputs(): void {
  // @ts-expect-error: a string is no number
  add.submit(1, "2");
  // @ts-expect-error: an input is missing
  add(1);
  // @ts-expect-error: an input too many
  add(1, 2, 3);
  // @ts-expect-error: there are no inputs
  none(1);
  // @ts-expect-error: a future of a number is no string
  length.submit(add(1, 2));
  // @ts-expect-error: a promise of a number is no string
  length.submit(Promise.resolve(1));
  // @ts-expect-error: a future of a future
  add.submit(all([add(1, 2)]), 1);
  // @ts-expect-error: a boolean future is no number
  add.submit(isEven(1), 1);
  // @ts-expect-error: a list is no number
  add.submit(isEven.map([1]), 1);
  // @ts-expect-error: an outcome is no number
  add.submit(allowFailure(add(1, 2)), 1);
  // @ts-expect-error: undefined is no number
  add.submit(undefined, 1);
}

export function structures(): void {
  // @ts-expect-error: the wrong way round
  pair(["x", 1]);
  // @ts-expect-error: futures the wrong way round
  pair([length("x"), add(1, 2)]);
  // @ts-expect-error: a part is missing
  pair([1]);
  // @ts-expect-error: a part is of the wrong type
  rows([{ id: isEven(1) }]);
  // @ts-expect-error: a part has the wrong name
  rows([{ no: 1 }]);
  // @ts-expect-error: values of the wrong type
  sums(new Map([["a", "b"]]));
  // @ts-expect-error: keys of the wrong type
  sums(new Map([[1, 1]]));
  // @ts-expect-error: a class with private parts is not any object of its shape
  bank({ sum: () => 1 });
}

export function maps(): void {
  // @ts-expect-error: elements of the wrong type
  isEven.map(["x"]);
  // @ts-expect-error: a single value is not mapped
  isEven.map(1);
  // @ts-expect-error: a string is not iterated
  length.map("text");
  // @ts-expect-error: a list of the wrong type
  length.map(isEven.map([1]));
  // @ts-expect-error: the second input is missing
  add.map([1]);
  // @ts-expect-error: unmapped of the wrong type
  add.map([1], unmapped("x"));
  // @ts-expect-error: unmapped is for maps
  add.submit(1, unmapped(2));
  // @ts-expect-error: a future of what is not iterable
  isEven.map(add(1, 2));
}

export async function results(): Promise<void> {
  // @ts-expect-error: a future of a number is no future of a string
  const wrong: Future<string> = add(1, 2);
  // @ts-expect-error: no such part
  add(1, 2).get("no");
  // @ts-expect-error: no such part
  all({ a: 1 }).get("b");
  const outcome = await add(1, 2).settled();
  // @ts-expect-error: only where it is ok
  outcome.value;
  // @ts-expect-error: only where it is not
  outcome.error;
  for await (const completed of asCompleted([add(1, 2)])) {
    // @ts-expect-error: only where it is ok
    completed.value;
    // @ts-expect-error: a number has no length
    if (completed.ok) completed.value.length;
  }
  void wrong;
}

export function definitions(): void {
  // @ts-expect-error: no function
  task("nothing", { retries: 1 });
  // @ts-expect-error: the name comes first
  task({ retries: 1 }, () => 1);
  // @ts-expect-error: `this` is not passed
  task("bound", function (this: Date) {
    return this.getTime();
  });
  // @ts-expect-error: the option takes a number
  task("options", { retries: "3" }, () => 1);
  // @ts-expect-error: no such option
  task("unknown", { retires: 3 }, () => 1);
  // @ts-expect-error: an option of flows
  task("ofFlows", { onError: "stop" }, () => 1);
  // @ts-expect-error: an option of tasks
  flow("ofTasks", { restart: true }, () => 1);
  // @ts-expect-error: the value is a number
  task("hooked", { onSuccess: (_, value: string) => value }, (a: number) => a);
  // @ts-expect-error: the input is a number
  task("named", { callName: (a: string) => a }, (a: number) => a);
  // @ts-expect-error: a name is text
  task("named badly", { callName: (a: number) => a }, (a: number) => a);
  // @ts-expect-error: the value is a number
  add.with({ onSuccess: (_, value: string) => value });
  // @ts-expect-error: no option of a call
  add.with({ onError: "stop" });
}

export function files(): void {
  const takes = task("takes", (path: FilePath) => path);
  const reads = task("reads", (path: string) => path);
  // @ts-expect-error: a string is no marked file
  takes("a.csv");
  // @ts-expect-error: a task that takes a number
  add(file("a.csv"), 1);
  // @ts-expect-error: a file has no elements
  reads.map(file("a.csv"));
  // @ts-expect-error: neither a path nor a URL
  file(3);
}
