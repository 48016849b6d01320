import { type CachePolicy, policyOf } from "../../cache/policy.ts";
import type { AnyOptions, Definition } from "../../task/definition.ts";
import type { FlowScope } from "../scope.ts";
import type { CacheSettings } from "../settings.ts";

/** How the results of tasks are kept, by what the tasks, their flows and the run say. */
export class Policies {
  private readonly settings: CacheSettings;
  private readonly known = [
    new WeakMap<AnyOptions, CachePolicy | null>(),
    new WeakMap<AnyOptions, CachePolicy | null>(),
  ] as const;

  constructor(settings: CacheSettings) {
    this.settings = settings;
  }

  /** `own` are the options as the user gave them, the same object for all calls of a task. */
  of(definition: Definition, own: AnyOptions, all: AnyOptions, scope: FlowScope): CachePolicy | null {
    const byDefault = definition.kind === "task" && (this.settings.on === true || cachedWithin(scope));
    const known = this.known[byDefault ? 1 : 0];
    let policy = known.get(own);
    if (policy === undefined) {
      policy = policyOf(definition, all, byDefault);
      const { ttl } = this.settings;
      if (policy !== null && policy.ttl === null && ttl !== undefined) policy = { ...policy, ttl };
      known.set(own, policy);
    }
    return policy;
  }
}

/** A flow that is cached, or names a store, wants the same of the tasks in it that say nothing. */
function cachedWithin(scope: FlowScope): boolean {
  for (let each: FlowScope | null = scope; each !== null; each = each.parent) {
    const { cache, store } = each.options;
    if (cache !== undefined) return cache !== false;
    if (store !== undefined) return true;
  }
  return false;
}
