import { UnknownRunnerError } from "../errors.ts";
import type { HeddleEvent } from "../events/event.ts";
import { BUILT_IN, runnerAt } from "../runners/built-in.ts";
import { inline } from "../runners/inline.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import { labelsOf } from "../task/labels.ts";
import { port } from "../task/port.ts";
import type { Dispatch, Host, Runner, RunnerSession } from "../task/runner.ts";
import type { Flight } from "./flight.ts";
import { backRunner } from "./nested/back.ts";
import { RunPrefixes } from "./prefixes.ts";
import type { Run } from "./run.ts";
import type { FlowScope } from "./scope.ts";

interface Pool {
  readonly runner: Runner;
  session: RunnerSession | null;
  batch: Dispatch[];
  broken: Error | null;
}

/** How many calls are given at once to a runner that is broken, which fails them. */
const BROKEN_SLOTS = 256;

/** The runners of one run: which calls go where, and the sessions that execute them. */
export class Pools {
  readonly flows = 0;
  /** Where direct calls run. */
  readonly here = 1;
  gate = -1;
  /** Where calls stand that have to be admitted. */
  admission = -1;
  readonly prefixes: RunPrefixes;
  private readonly run: Run;
  private readonly root: string;
  private readonly pools: Pool[] = [];
  private readonly byRunner = new Map<Runner, number>();
  private readonly byName = new Map<string, Runner>();
  private readonly backRunner: Runner;
  private workers = 0;
  private isInterrupted = false;

  constructor(run: Run, root: string) {
    this.run = run;
    this.root = root;
    this.backRunner = backRunner();
    this.prefixes = new RunPrefixes(run.settings);
  }

  /** The pool of a runner; its session is opened at the first use. */
  add(runner: Runner): number {
    const known = this.byRunner.get(runner);
    if (known !== undefined) return known;
    const number = this.pools.length;
    const pool: Pool = { runner, session: null, batch: [], broken: null };
    this.pools.push(pool);
    this.byRunner.set(runner, number);
    this.run.scheduler.pool(number, 0, 0, number === this.flows);
    pool.session = runner.open(this.hostOf(number, pool));
    return number;
  }

  addGate(): void {
    this.gate = this.addUnserved("gate");
  }

  addAdmission(): void {
    this.admission = this.addUnserved("admission");
  }

  /** A pool that no runner serves: what is dispatched there stands at a gate. */
  private addUnserved(name: string): number {
    const pool = this.pools.length;
    const runner = { ...inline(), name };
    this.pools.push({ runner, session: null, batch: [], broken: null });
    this.run.scheduler.pool(pool, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, true);
    return pool;
  }

  isShared(pool: number): boolean {
    return this.pools[pool]!.runner.shared;
  }

  runnerOf(pool: number): Runner {
    return this.pools[pool]!.runner;
  }

  ofFlow(options: AnyOptions, parent: FlowScope | null): number {
    const { runner, inProcess } = this.run.settings;
    if (inProcess === true) return parent?.pool ?? this.add(isHere(runner) ? runner : inline({ concurrency: 1 }));
    const chosen = runner ?? options.runner;
    if (chosen !== undefined) return this.add(this.named(chosen));
    return parent?.pool ?? this.add(this.named(this.run.settings.fallback ?? inline()));
  }

  /** `here`: a direct call, that runs in this process unless its task has a place of its own. */
  ofTask(definition: Definition, options: AnyOptions, scope: FlowScope, here: boolean): number {
    const labels = labelsOf(definition, options);
    this.prefixes.needed(labels);
    if (this.run.settings.inProcess === true) return scope.pool;
    const own = this.prefixes.of(labels, scope) ?? options.runner;
    if (own === undefined && here) return scope.back === null ? this.here : this.add(this.backRunner);
    const runner = own === undefined ? this.runnerOf(scope.pool) : this.named(own);
    if (runner.fitted !== undefined) return this.add(runner.fitted(labels));
    return own === undefined ? scope.pool : this.add(runner);
  }

  interrupted(): void {
    this.isInterrupted = true;
  }

  /** Whether a Ctrl-C may have reached also what calls there have started. */
  isReached(pool: number): boolean {
    return this.isInterrupted && this.runnerOf(pool).sharesDisk !== false;
  }

  queue(pool: number, flight: Flight): void {
    this.pools[pool]!.batch.push(flight);
  }

  send(): void {
    for (let number = 0; number < this.pools.length; number++) {
      const pool = this.pools[number]!;
      if (pool.batch.length === 0) continue;
      const { batch } = pool;
      pool.batch = [];
      if (pool.broken === null) pool.session!.dispatch(batch);
      else this.run.attempts.broken(number, pool.broken);
    }
  }

  cancel(pool: number, id: number, reason: string): void {
    this.pools[pool]!.session!.cancel([id], reason);
  }

  resume(pool: number, id: number): void {
    this.pools[pool]!.session!.resume(id);
  }

  tell(pool: number, id: number, wire: unknown[]): void {
    this.pools[pool]!.session!.tell(id, wire);
  }

  /** Whether a result that stayed elsewhere can be an input of calls there as it is. */
  takes(pool: number, value: unknown): boolean {
    return this.pools[pool]!.session?.takes?.(value) === true;
  }

  async close(): Promise<void> {
    await Promise.all(this.pools.map(pool => pool.session?.close()));
  }

  private named(runner: Runner | string): Runner {
    if (typeof runner !== "string") return runner;
    const registered = this.run.settings.runners ?? {};
    const known = this.byName.get(runner) ?? (Object.hasOwn(registered, runner) ? registered[runner] : undefined);
    const found =
      known ?? (Object.hasOwn(BUILT_IN, runner) ? BUILT_IN[runner]?.() : (runnerAt(runner) ?? port.runnerAt?.(runner)));
    if (found !== undefined && found !== null) {
      this.byName.set(runner, found);
      return found;
    }
    const choices = [...new Set([...Object.keys(BUILT_IN), ...Object.keys(registered)])];
    throw new UnknownRunnerError({ name: runner, choices: choices.join(", ") });
  }

  private hostOf(number: number, pool: Pool): Host {
    const { run } = this;
    return {
      runId: run.id,
      root: this.root,
      get dirs() {
        return run.directories.base;
      },
      directory: (id, path) => run.attempts.madeDirectory(id, path),
      started: (worker, ids) => run.attempts.started(worker, ids),
      done: attempts => run.attempts.done(attempts),
      lost: (ids, reason) => run.attempts.lost(ids, reason),
      released: ids => run.attempts.released(ids),
      nest: id => run.callers.nest(id),
      waits: id => run.callers.waits(id),
      resumes: id => run.callers.resumes(id),
      ask: (id, wire) => run.callers.ask(id, wire),
      slots: (count, atOnce) => {
        run.scheduler.pool(number, count, atOnce ?? count, number === this.flows);
        run.plan();
      },
      worker: (name, pid) => {
        const worker = this.workers++;
        const about = { worker, name, runner: pool.runner.name, ...(pid === undefined ? {} : { pid }) };
        this.emit({ type: "workerStarted", at: Date.now(), ...about });
        return worker;
      },
      tell: event => this.emit(event),
      broken: error => {
        pool.broken = error;
        run.attempts.broken(number, error);
        // Calls that it has never had room for come, and fail.
        run.scheduler.pool(number, BROKEN_SLOTS, BROKEN_SLOTS, number === this.flows);
        run.plan();
      },
    };
  }

  private emit(event: HeddleEvent): void {
    this.run.columns.emit(event);
  }
}

function isHere(runner: Runner | string | undefined): runner is Runner {
  return typeof runner === "object" && runner.shared;
}
