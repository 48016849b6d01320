/**
 * `heddle build --watch`: builds again when something changes. Each build is a process of its own, as modules that were
 * edited are seen only by a new one; this process looks at files and begins builds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { type FSWatcher, watch } from "chokidar";
import { isOutside, Places } from "../../build/graph/places.ts";
import { STAGE } from "../../build/work/stage.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { AsMade } from "./as-made.ts";
import { someNames } from "./names.ts";
import { type Step, WatchPlan } from "./watch-plan.ts";
import { type Telling, type Told, WATCHED } from "./watched.ts";

/** Changes that come so close together are one, in milliseconds: editors and checkouts write several files. */
const TOGETHER = 60;
/** What lies in these is nobody's input. */
const ASIDE = new Set(["node_modules", ".git", ".heddle", STAGE]);
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @param words Of the command that builds once. */
export async function watchBuilds(root: string, words: readonly string[]): Promise<ExitCode> {
  const watching = new Watching(root, words);
  return watching.ended();
}

class Watching {
  private readonly plan = new WatchPlan();
  private readonly places: Places;
  private readonly made: AsMade;
  private readonly words: readonly string[];
  private readonly watcher: FSWatcher;
  private readonly changes = new Set<string>();
  private makes: readonly string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private child: ChildProcess | null = null;
  private stopped = false;
  private end: () => void = () => {};

  constructor(root: string, words: readonly string[]) {
    this.places = new Places(root);
    this.made = new AsMade(this.places);
    this.words = words;
    this.watcher = watch(root, { ignoreInitial: true, ignored: file => isAside(path.relative(root, file)) });
    this.watcher.on("all", (event, file) => {
      if (event !== "addDir" && event !== "unlinkDir") this.noticed(this.places.of(path.resolve(root, file)));
    });
    this.watcher.on("error", error => say(`files cannot be watched: ${(error as Error).message}`));
  }

  async ended(): Promise<ExitCode> {
    const ended = new Promise<void>(resolve => {
      this.end = resolve;
    });
    for (const signal of SIGNALS) process.on(signal, this.stop);
    await once(this.watcher, "ready");
    if (!this.stopped) this.begin();
    await ended;
    for (const signal of SIGNALS) process.off(signal, this.stop);
    await this.watcher.close();
    return EXIT.interrupted;
  }

  private readonly stop = (signal: NodeJS.Signals) => {
    this.stopped = true;
    clearTimeout(this.timer);
    // A second signal ends it at once, as it does without a watch.
    if (this.child === null) this.end();
    else this.child.kill(signal);
  };

  private noticed(place: string): void {
    this.changes.add(place);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), TOGETHER);
  }

  private look(): void {
    if (this.stopped) return;
    const places = [...this.changes];
    this.changes.clear();
    this.take(this.plan.changed(places, place => this.made.isAsMade(place)));
  }

  private take(step: Step): void {
    if (step.do === "tell") this.child?.send({ changed: step.places } satisfies Told);
    else if (step.do === "build") {
      say(`${someNames(step.because)} changed: building again`);
      this.begin();
    }
  }

  private begin(): void {
    this.plan.begin();
    // A group of its own: Ctrl-C reaches it from here, once.
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...this.words], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, [WATCHED]: "1" },
      detached: process.platform !== "win32",
    });
    this.child = child;
    child.on("message", message => this.learn(message as Telling));
    child.on("error", error => say(`the build could not be begun: ${error.message}`));
    child.on("close", () => this.over());
  }

  private learn({ interests }: Telling): void {
    this.plan.learn(interests);
    this.makes = interests.makes;
    const outside = interests.reads.flatMap(({ paths }) => paths).filter(isOutside);
    if (outside.length > 0) this.watcher.add(outside);
  }

  private over(): void {
    this.child = null;
    if (this.stopped) {
      this.end();
      return;
    }
    this.made.remember(this.makes);
    const step = this.plan.end();
    if (step.do === "wait") say("Watching for changes; Ctrl-C ends it");
    this.take(step);
  }
}

function isAside(file: string): boolean {
  return file.split(path.sep).some(name => ASIDE.has(name));
}

function say(message: string): void {
  process.stderr.write(`heddle: ${message}\n`);
}
