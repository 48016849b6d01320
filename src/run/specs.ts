import type { AnyOptions, Definition } from "../task/definition.ts";
import { lent } from "../workers/lent.ts";
import { Policies } from "./cached/policies.ts";
import { mustJoin } from "./joined.ts";
import type { Run } from "./run.ts";
import type { FlowScope } from "./scope.ts";
import { isWatched, type Spec, timeoutOf } from "./spec.ts";

/** Works out what the calls of one task with certain options have in common, and numbers the tasks of a run. */
export class Specs {
  private readonly run: Run;
  private readonly policies: Policies;
  private readonly tasks = new Map<Definition, number>();

  constructor(run: Run) {
    this.run = run;
    this.policies = new Policies(run.settings.cache ?? {});
  }

  make(definition: Definition, options: AnyOptions, scope: FlowScope, here: boolean): Spec {
    if (this.run.settings.nested !== undefined) return this.passedOn(definition, options, scope, here);
    const defaults = this.run.settings.defaults ?? {};
    const all: AnyOptions = definition.kind === "task" ? { ...defaults, ...options } : options;
    if (definition.kind === "flow") mustJoin(definition, all, scope);
    const pool =
      definition.kind === "flow" ? this.run.pools.flows : this.run.pools.ofTask(definition, all, scope, here);
    const cache = this.policies.of(definition, options, all, scope);
    if (cache !== null) this.run.openGate();
    return {
      definition,
      options: all,
      scope,
      task: this.taskNumber(definition),
      pool,
      cache,
      shared: this.run.pools.isShared(pool),
      room: this.run.pools.runnerOf(pool).segments === true ? lent.room : null,
      subject: {
        task: definition.name,
        role: "input",
        travels: this.run.pools.runnerOf(pool).sharesDisk === false,
      },
      priority: all.priority ?? 0,
      demand: this.run.limits.demandOf(definition, all, scope.within),
      retries: all.retries ?? 0,
      timeout: timeoutOf(definition.name, all),
      strict: scope.strict,
      watched: isWatched(all),
      admitted: this.run.admissions?.takes(definition) === true,
    };
  }

  /** What the coordinator looks after is not looked after here. */
  private passedOn(definition: Definition, options: AnyOptions, scope: FlowScope, here: boolean): Spec {
    const { pools } = this.run;
    return {
      definition,
      options,
      scope,
      task: this.taskNumber(definition),
      pool: here && definition.kind === "task" && options.runner === undefined ? pools.here : scope.pool,
      cache: null,
      shared: false,
      room: null,
      subject: { task: definition.name, role: "input" },
      priority: 0,
      demand: 0,
      retries: 0,
      timeout: 0,
      strict: false,
      watched: false,
      admitted: false,
    };
  }

  /** The number of a task in events. */
  taskNumber(definition: Definition): number {
    const known = this.tasks.get(definition);
    if (known !== undefined) return known;
    const task = this.tasks.size;
    this.tasks.set(definition, task);
    const { name, identity, kind } = definition;
    this.run.columns.emit({ type: "taskDefined", task, name, identity, kind });
    return task;
  }
}
