import { policyOf, taskPart } from "../../cache/policy.ts";
import type { ResultCache } from "../../cache/results.ts";
import { useFileDigests } from "../../codec/file-content.ts";
import { withoutMarks } from "../../codec/handed-over.ts";
import type { AnyOptions, Definition } from "../../task/definition.ts";
import { port } from "../../task/port.ts";
import { shared } from "../../task/shared.ts";
import { wholeOf } from "../derived.ts";
import { adopter, futuresIn } from "../inputs.ts";
import { rootOf } from "../place.ts";
import { planRun } from "../plan.ts";
import { FlowScope } from "../scope.ts";
import { captureKeyed } from "./keyed-inputs.ts";
import { ownKey } from "./keys.ts";
import { openCache } from "./open.ts";

/** Answers what is asked of the cache of one task, outside or inside a run. */
async function withCache<T>(
  definition: Definition,
  options: AnyOptions,
  ask: (cache: ResultCache) => Promise<T>,
): Promise<T> {
  const scope = shared.ambient.getStore()?.scope;
  const kept = scope instanceof FlowScope ? scope.run.gate?.kept : undefined;
  if (kept !== undefined) {
    await kept.settled();
    return ask(kept.cache);
  }
  const root = scope instanceof FlowScope ? scope.run.root : rootOf(definition);
  const folder = scope instanceof FlowScope ? scope.run.settings.cache?.folder : options.store;
  const cache = openCache(root, folder);
  const forgetFiles = useFileDigests(path => cache.files.of(path));
  try {
    return await ask(cache);
  } finally {
    forgetFiles();
    await cache.store.flush();
    await cache.store.close();
  }
}

async function keyOf(
  cache: ResultCache,
  definition: Definition,
  options: AnyOptions,
  inputs: unknown[],
): Promise<string> {
  const futureOf = adopter();
  const whole = wholeOf(inputs, futuresIn(inputs, futureOf), futureOf);
  await whole.result();
  const values = whole.marked as unknown[];
  const policy = policyOf(
    definition,
    { ...options, cache: options.cache === false ? true : (options.cache ?? true) },
    true,
  )!;
  const maker = cache.makerOf(definition, policy);
  const { name } = definition;
  if (policy.key !== null) return ownKey(maker, policy.key, withoutMarks(values) as unknown[], name);
  const captured = captureKeyed(values, () => undefined, { task: name, role: "input" }, null);
  return maker.keyOf(captured.closed(() => ""));
}

port.cache = {
  key: (definition, options, inputs) =>
    withCache(definition, options, cache => keyOf(cache, definition, options, inputs)),
  clear: (definition, options, inputs) =>
    withCache(definition, options, async cache => {
      const key = await keyOf(cache, definition, options, inputs);
      return (await cache.store.remove([key])) > 0;
    }),
  clearAll: (definition, options) =>
    withCache(definition, options, async ({ store }) => {
      const keys = [...store.entriesOf(taskPart(definition.identity))].map(entry => entry.key);
      return store.remove(keys);
    }),
  plan: (definition, options, inputs) => planRun(definition, inputs, {}, options),
};
