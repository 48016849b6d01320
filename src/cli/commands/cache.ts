import { type Command, Option } from "commander";
import type { ListFlags } from "../cache/list.ts";
import type { PruneFlags } from "../cache/prune.ts";
import type { RemoveFlags } from "../cache/remove.ts";
import type { ServeFlags } from "../cache/serve.ts";
import type { ShowFlags } from "../cache/show.ts";
import type { StoreFlags } from "../cache/store.ts";
import type { ExitCode } from "../exit.ts";

type Done = (code: ExitCode) => void;

const EXAMPLES = `
Examples:
  heddle cache ls score                 what there is of the task score, newest first
  heddle cache show score-12            one result, with what it was made of
  heddle cache show score-12 --value > score.json
  heddle cache rm score                 forget a task
  heddle cache prune --max-size 500MB --older-than 30d
  heddle cache verify                   read everything; what is damaged goes`;

export function addCache(program: Command, done: Done): void {
  const cache = program
    .command("cache")
    .summary("list, show, remove and check cached results")
    .description("Look after the results that cached tasks have left in a store.")
    .addHelpText("after", EXAMPLES);
  addList(cache, done);
  addShow(cache, done);
  addRemove(cache, done);
  addPrune(cache, done);
  addVerify(cache, done);
  addServe(cache, done);
}

/** What all of them take. */
function subcommand(cache: Command, usage: string): Command {
  return cache
    .command(usage)
    .option("-o, --store <dir>", "the store's folder; default: cache.folder of the config, else .heddle in the project")
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks");
}

function addList(cache: Command, done: Done): void {
  subcommand(cache, "ls")
    .summary("list entries, newest first")
    .description("List entries, newest first: all of them, or those of one task.")
    .argument("[task]", "a task's name, or its whole identity: package/path/of/module.ts#name")
    .option("--task <name>", "the same")
    .option("--limit <count>", "at most so many; default: 50 in a terminal, else all")
    .action(async (task: string | undefined, flags: ListFlags) => {
      const { list } = await import("../cache/list.ts");
      done(await list(task, flags));
    });
}

function addShow(cache: Command, done: Done): void {
  subcommand(cache, "show")
    .summary("show one entry")
    .description("Show one entry: its result, its inputs, the code that made it, and when.")
    .argument("<entry>", "a key as ls shows it, or the first digits of one, or a call such as score-12")
    .addOption(new Option("--value", "print the result alone, and all of it").conflicts("json"))
    .action(async (entry: string, flags: ShowFlags) => {
      const { show } = await import("../cache/show.ts");
      done(await show(entry, flags));
    });
}

function addRemove(cache: Command, done: Done): void {
  subcommand(cache, "rm")
    .summary("remove entries")
    .description("Remove entries, so that their calls run again.")
    .argument("[what...]", "keys, calls such as score-12, or tasks")
    .option("--all", "everything")
    .option("--dry-run", "say what would be removed, and remove nothing")
    .option("-y, --yes", "do it, however many they are")
    .action(async (what: readonly string[], flags: RemoveFlags) => {
      const { remove } = await import("../cache/remove.ts");
      done(await remove(what, flags));
    });
}

function addPrune(cache: Command, done: Done): void {
  subcommand(cache, "prune")
    .summary("make the store smaller")
    .description("Remove what was not used for long, and what was used least recently until the rest fits.")
    .option("--max-size <size>", 'such as 500MB or 1.5GiB; default: "cache.maxSize" of the config')
    .option("--older-than <age>", "such as 30d or 12h: what was not used for longer goes")
    .option("--dry-run", "say what would be removed, and remove nothing")
    .action(async (flags: PruneFlags) => {
      const { prune } = await import("../cache/prune.ts");
      done(await prune(flags));
    });
}

function addVerify(cache: Command, done: Done): void {
  subcommand(cache, "verify")
    .summary("read everything, and remove what is damaged")
    .description("Read every entry and compare it with its digest. What is damaged is removed; exit code 1 if any was.")
    .action(async (flags: StoreFlags) => {
      const { verify } = await import("../cache/verify.ts");
      done(await verify(flags));
    });
}

function addServe(cache: Command, done: Done): void {
  cache
    .command("serve")
    .summary("keep a cache that other machines share")
    .description(
      "Serve a folder over HTTP as a shared cache, until Ctrl-C: its address is what cache.shared.url of configs says. " +
        "Whoever writes needs the token in HEDDLE_CACHE_TOKEN, and whoever reads that or the one in " +
        "HEDDLE_CACHE_READ_TOKEN, if these are set.",
    )
    .option("-o, --store <dir>", "the folder, made if it is not there; default: .heddle/shared in the project")
    .option("--port <port>", "where to listen; default: 7480; 0 for any that is free")
    .option("--host <host>", "the address to listen on; default: 127.0.0.1; others need a token")
    .option("--max-blob <size>", "the largest result that is taken; default: 1GiB")
    .option("--signed", "take signed entries only")
    .option("--json", "the address as JSON")
    .option("--verbose", "errors with their stacks")
    .action(async (flags: ServeFlags) => {
      const { serve } = await import("../cache/serve.ts");
      done(await serve(flags));
    });
}
