/** Targets that targets return, as records hold them. */
import { fileURLToPath } from "node:url";
import { GraphError } from "../../errors.ts";
import { type MadeTarget, registry } from "../declare/registry.ts";
import { targetOf } from "../declare/target.ts";
import type { Parameter } from "../declare/types.ts";
import type { KeptParameter, Returned } from "../freshness/record.ts";
import type { Places } from "../graph/places.ts";
import type { Made } from "../work/job.ts";

/** What a target has returned, to be recorded. */
export function recordable(returned: Made["returned"], places: Places): Returned[] {
  return returned.map(({ module, parameters, ...rest }) => ({
    ...rest,
    parameters: parameters.map(kept),
    module: module === null ? "" : places.of(fileURLToPath(module)),
  }));
}

/**
 * Makes again what a target has returned.
 *
 * @throws GraphError for what nobody defines any more, and what its options throw.
 */
export function remade(returned: Returned, by: string): MadeTarget {
  registry.growing = true;
  try {
    return find(returned, by);
  } finally {
    registry.growing = false;
  }
}

function find({ family: identity, module, member, parameters }: Returned, by: string): MadeTarget {
  const family = registry.families.get(identity);
  const name = identity.slice(identity.lastIndexOf("#") + 1);
  if (family !== undefined && family.declare !== null) return targetOf(family, parameters.map(unkept));
  const plain = family?.made.get(member);
  if (plain !== undefined) return plain;
  throw new GraphError([
    {
      kind: "unknownTarget",
      says: `${by} has returned a target of ${name}, which no module has defined that was loaded (${module})`,
      hint: "Define it in a *.target.ts, or import its module at the top of one.",
      targets: [by, name],
      paths: [module],
    },
  ]);
}

const UNWRITABLE = [undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0] as const;

function kept(parameter: Parameter): KeptParameter {
  const is = UNWRITABLE.findIndex(each => Object.is(each, parameter));
  return is < 0 ? (parameter as Exclude<Parameter, undefined>) : { is };
}

function unkept(parameter: KeptParameter): Parameter {
  return typeof parameter === "object" && parameter !== null ? UNWRITABLE[parameter.is] : parameter;
}
