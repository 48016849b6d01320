import { resolve } from "node:path";
import { OptionError } from "../errors.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import type { FlowScope } from "./scope.ts";

/**
 * A flow that is called inside a run joins it. The limits, the bound of what is in memory and the store are those of
 * the run, so that it may name them only as the flow that is run does.
 *
 * @throws OptionError
 */
export function mustJoin({ name }: Definition, options: AnyOptions, scope: FlowScope): void {
  if (scope.number === null) return;
  const { root, settings } = scope.run;
  const outermost = frameOf(scope).options;
  const { limits, maxLiveBytes, store } = options;
  if (limits !== undefined && JSON.stringify(limits) !== JSON.stringify(outermost.limits)) {
    throw refusal(name, "limits", "Name them on the flow that is run, in the config, or with --limit.");
  }
  if (maxLiveBytes !== undefined && maxLiveBytes !== outermost.maxLiveBytes) {
    throw refusal(name, "maxLiveBytes", "Name it on the flow that is run, in the config, or with --max-live-bytes.");
  }
  if (store === undefined) return;
  const used = [outermost.store, settings.cache?.folder ?? ".heddle"];
  if (!used.some(each => each !== undefined && resolve(root, each) === resolve(root, store))) {
    throw refusal(name, "store", "Name it on the flow that is run, in the config, or with -o.");
  }
}

function frameOf(scope: FlowScope): FlowScope {
  let frame = scope;
  while (frame.parent !== null) frame = frame.parent;
  return frame;
}

function refusal(flow: string, option: string, hint: string): Error {
  const problem = "it was called inside a run, which it joins, and that has others";
  return new OptionError({ where: `flow "${flow}", ${option}`, problem, hint });
}
