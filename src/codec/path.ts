/** Where in a value a part stands, told only when somebody asks. */
export interface Entry {
  readonly value: unknown;
  readonly parent: Entry | null;
  readonly via: "root" | "inputs" | "input" | "property" | "mapKey" | "mapValue" | "item" | "inside" | "close";
  readonly key: unknown;
  readonly depth: number;
  /** Inside quote(…). */
  readonly quoted: boolean;
}

export function rootEntry(value: unknown, name: string): Entry {
  return { value, parent: null, via: "root", key: name, depth: 0, quoted: false };
}

export function inputsEntry(inputs: readonly unknown[]): Entry {
  return { value: inputs, parent: null, via: "inputs", key: undefined, depth: 0, quoted: false };
}

/** The path of an entry as one would write it, such as `input 0.options.parse` or `result.a.b[2]`. */
export function pathOf(entry: Entry): string {
  const steps: string[] = [];
  for (let at: Entry | null = entry; at !== null; at = at.parent) steps.push(step(at));
  if (steps.length > 40) steps.splice(20, steps.length - 40, " … ");
  return steps.reverse().join("");
}

function step({ via, key, parent }: Entry): string {
  switch (via) {
    case "root":
      return String(key);
    case "input":
      return `input ${String(key)}`;
    case "property":
      if (Array.isArray(parent?.value) && /^\d+$/.test(String(key))) return `[${String(key)}]`;
      return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(String(key))
        ? `.${String(key)}`
        : `[${JSON.stringify(key)}]`;
    case "mapKey":
      return `.keys()[${String(key)}]`;
    case "mapValue":
      return mapStep(key as { key: unknown; index: number });
    case "item":
      return `.values()[${String(key)}]`;
    default:
      return "";
  }
}

function mapStep({ key, index }: { key: unknown; index: number }): string {
  if (typeof key === "string") return `.get(${JSON.stringify(key)})`;
  if (typeof key === "number" || typeof key === "boolean" || key == null) return `.get(${String(key)})`;
  return `.values()[${index}]`;
}
