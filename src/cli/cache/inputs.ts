/** The inputs of a cached call, as far as they were kept. */
import { inspect } from "node:util";
import { unpackInputs } from "../../codec/unpack.ts";
import type { About } from "../../store/entry.ts";

export interface Input {
  readonly name: string;
  /** The call whose result it was. */
  readonly source: string | null;
  /** In a box, as it may be undefined; none where it was not kept. */
  readonly value?: { readonly is: unknown };
  /** The call did not give it, so that the parameter's default counted. */
  readonly omitted?: true;
}

/** Stands in an input where another call's result stood. */
class Result {
  [inspect.custom](): string {
    return "(the result of another call)";
  }

  toJSON(): string {
    return "(the result of another call)";
  }
}

export function inputsOf(about: About): Input[] {
  const values = valuesOf(about);
  return about.marks.map((_, at) => ({
    name: about.names[at] ?? `#${at + 1}`,
    source: about.sources[at] ?? null,
    ...(values !== null && (at < values.length ? { value: { is: values[at] } } : { omitted: true })),
  }));
}

function valuesOf({ inputs }: About): unknown[] | null {
  if (inputs === undefined) return null;
  const result = new Result();
  // Whatever slot is asked for.
  const slots = new Proxy<unknown[]>([], {
    get: (target, key) => (/^\d+$/.test(String(key)) ? result : Reflect.get(target, key)),
  });
  try {
    const values: unknown = unpackInputs(inputs as Parameters<typeof unpackInputs>[0], slots);
    return Array.isArray(values) ? values : null;
  } catch {
    // Instances whose serializers only the project's modules know.
    return null;
  }
}
