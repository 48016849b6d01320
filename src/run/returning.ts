import { createHook, executionAsyncResource } from "node:async_hooks";
import type { FlowScope } from "./scope.ts";

/**
 * Tells an async function of a flow that returns a future from one that awaits it: for both, the engine calls `then`.
 * While it does, the promise being resolved is the current resource of async hooks, and what the function gave is such
 * a promise. Hooks cost something, so this is on only while a flow is planned.
 */
class Returning {
  private readonly scopes = new WeakMap<object, FlowScope>();
  private readonly hook = createHook({ init() {} });
  private users = 0;

  get isOn(): boolean {
    return this.users > 0;
  }

  watch(): void {
    if (this.users++ === 0) this.hook.enable();
  }

  unwatch(): void {
    if (--this.users === 0) this.hook.disable();
  }

  /** The function of a flow has given this promise. */
  of(promise: object, scope: FlowScope): void {
    if (this.isOn) this.scopes.set(promise, scope);
  }

  /** `then` of a future is called. */
  heard(): void {
    const scope = this.scopes.get(executionAsyncResource());
    if (scope !== undefined) scope.returned = true;
  }
}

export const returning = new Returning();
