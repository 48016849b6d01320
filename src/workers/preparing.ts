/** What a call needs before it can run: the function of its task, and the files that its inputs name. */
import { packError } from "../codec/failure.ts";
import { LONG_LOAD, Loader, stillLoading } from "./load.ts";
import { BEGUN, ENDED, FAILED, UNREACHABLE } from "./protocol.ts";
import type { WireReporter } from "./reporter.ts";
import type { AwayFiles } from "./travel/away.ts";
import type { TaskFunction, Waiting } from "./turn.ts";

export class Preparing {
  readonly #reporter: WireReporter;
  readonly #files: AwayFiles | null;
  readonly #loader = new Loader();
  /** The calls that do not have it all yet. */
  readonly #underWay = new Set<number>();

  constructor(reporter: WireReporter, files: AwayFiles | null) {
    this.#reporter = reporter;
    this.#files = files;
  }

  get count(): number {
    return this.#underWay.size;
  }

  has(seq: number): boolean {
    return this.#underWay.has(seq);
  }

  /** The function of a call that can run now; else null, and `ready` is called when it can. At last, `over` is. */
  functionOf(call: Waiting, ready: (fn: TaskFunction) => void, over: () => void): TaskFunction | null {
    const { seq, task } = call;
    const bringing = task.fn === null ? null : this.#bring(call);
    if (task.fn !== null && bringing === null) return task.fn;
    this.#underWay.add(seq);
    void this.#prepare(call, bringing).then(fn => {
      this.#underWay.delete(seq);
      if (fn !== null) ready(fn);
      over();
    });
    return null;
  }

  /** Null if that is not to be had, which is told. */
  async #prepare(call: Waiting, bringing: Promise<void> | null): Promise<TaskFunction | null> {
    const { seq, task } = call;
    const fn = task.fn ?? (await this.#load(call));
    if (fn === null) return null;
    task.fn = fn;
    // At once, as the call may keep this thread busy and its time counts from here.
    this.#reporter.tell(BEGUN, seq);
    this.#reporter.flush();
    try {
      await (bringing ?? this.#bring(call));
      return fn;
    } catch (error) {
      return this.#fail(call, FAILED, error);
    }
  }

  async #load(call: Waiting): Promise<TaskFunction | null> {
    const { address } = call.task;
    const long = setTimeout(() => this.#reporter.stray("stderr", stillLoading(address)), LONG_LOAD);
    try {
      return await this.#loader.find(address);
    } catch (error) {
      return this.#fail(call, UNREACHABLE, error);
    } finally {
      clearTimeout(long);
    }
  }

  #bring({ task, wire, at, arity }: Waiting): Promise<void> | null {
    if (this.#files === null || arity >= 0) return null;
    try {
      return this.#files.bring(task.address.name, wire, at);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #fail({ seq, task }: Waiting, state: number, error: unknown): null {
    this.#reporter.fail(ENDED, [seq, state, 0], packError(error, { task: task.address.name, role: "error" }));
    return null;
  }
}
