import { all } from "../../src/run/gather.ts";
import { threads } from "../../src/runners/threads.ts";
import { context } from "../../src/task/context.ts";
import { flow, task } from "../../src/task/task.ts";
import { load } from "./pages.ts";

export const fetchPage = task(
  "fetchPage",
  { runner: "far-away", retries: 2, retryDelay: "1h", callName: "fetch {0}" },
  async (url: string) => {
    process.stdout.write(`loading ${url}\n`);
    context().log.info("loading", { url });
    return await load(url);
  },
);

export const countWords = task("countWords", (text: string) => text.split(" ").length);

export const sum = task("sum", { runner: threads({ workers: 2 }) }, (numbers: number[]) =>
  numbers.reduce((total, one) => total + one, 0),
);

const inner = flow("counted", { runner: "elsewhere" }, (urls: string[]) => countWords.map(fetchPage.map(urls)));

export default flow("wordReport", { runner: threads({ workers: 2 }) }, async (urls: string[]) => {
  const counts = inner.submit(urls);
  return all({ total: sum.submit(counts), direct: countWords("one two") });
});
