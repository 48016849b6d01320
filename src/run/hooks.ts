import type { AnyOptions } from "../task/definition.ts";
import type { CallState, HookCall } from "../task/types.ts";
import { type Call, idOf } from "./call.ts";

type Hook = "onStart" | "onSuccess" | "onFailure" | "onRetry" | "onCancel";

/** Calls a hook of the user's; one that throws is reported, and the run goes on. */
export function callHook(
  call: Call,
  hook: Hook,
  state: CallState,
  about: unknown[],
  warn: (text: string) => void,
): void {
  const found = (call.spec.options as AnyOptions)[hook] as
    | ((call: HookCall, ...about: unknown[]) => unknown)
    | undefined;
  if (found === undefined) return;
  const told: HookCall = { id: idOf(call), task: call.spec.definition.name, attempt: call.attempt, state };
  const complain = (error: unknown) => warn(`The hook ${hook} of ${told.id} failed: ${String(error)}`);
  try {
    const returned = found(told, ...about);
    if (returned instanceof Promise) returned.catch(complain);
  } catch (error) {
    complain(error);
  }
}
