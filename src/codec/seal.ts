/**
 * A copy of a value in which every part that structured clone does not keep has become a seal: an empty view, which
 * the encoder recognises by its identity. So no data of a user's can be taken for a mark.
 */
import { type ContainerKind, containerKind } from "./containers.ts";
import type { ErrorHead, ErrorRest } from "./errorfields.ts";
import type { Part } from "./scan.ts";

/** What the encoder writes for a seal. */
export type Sealed =
  | { readonly kind: "hole"; readonly slot: number }
  | { readonly kind: "url"; readonly href: string }
  | { readonly kind: "file"; readonly path: string; readonly digest: string; readonly size: number }
  | { readonly kind: "instance"; readonly name: string; readonly encoded: unknown; readonly stack: string | undefined }
  | { readonly kind: "error"; readonly head: ErrorHead; readonly rest: ErrorRest | null; readonly inline: boolean }
  | { readonly kind: "later"; readonly container: ContainerKind; readonly content: object };

export interface Copy {
  readonly value: unknown;
  readonly seals: ReadonlyMap<unknown, Sealed>;
}

export function sealed(root: unknown, parts: ReadonlyMap<object, Part>): Copy {
  const seals = new Map<unknown, Sealed>();
  const copies = new Map<object, unknown>();
  const unfilled: { from: object; into: object }[] = [];

  const seal = (of: Sealed): object => {
    const view = new Uint8Array(0);
    seals.set(view, of);
    return view;
  };
  const copyOf = (from: object, kind: ContainerKind): object => {
    const into = empty(from, kind);
    unfilled.push({ from, into });
    return into;
  };
  const partCopy = (value: object, part: Part): unknown => {
    switch (part.kind) {
      case "quote":
        return copy(part.value);
      case "file": {
        const { digest } = part;
        return digest === null ? part.path : seal({ ...part, digest });
      }
      case "instance": {
        // The entry comes before its inside, which cannot hold it again.
        const view = new Uint8Array(0);
        copies.set(value, view);
        seals.set(view, { ...part, encoded: copy(part.encoded) });
        return view;
      }
      case "error": {
        const { head, rest } = part.fields;
        const bare = Object.keys(rest.own).length === 0 && Object.keys(rest.hidden).length === 0;
        const inside = bare ? null : (copyOf(rest, "object") as ErrorRest);
        return seal({ kind: "error", head, rest: inside, inline: part.inline });
      }
      case "later":
        return seal({ kind: "later", container: part.container, content: copyOf(value, part.container) });
      default:
        return seal(part);
    }
  };
  const copy = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (copies.has(value)) return copies.get(value);
    const part = parts.get(value);
    const kind = part === undefined ? containerKind(value) : null;
    const made = part !== undefined ? partCopy(value, part) : kind !== null ? copyOf(value, kind) : value;
    copies.set(value, made);
    return made;
  };

  const value = copy(root);
  for (let next = unfilled.pop(); next !== undefined; next = unfilled.pop()) fill(next.into, next.from, copy);
  return { value, seals };
}

export function empty(from: object, kind: ContainerKind): object {
  if (kind === "array") return new Array((from as unknown[]).length);
  if (kind === "map") return new Map();
  return kind === "set" ? new Set() : {};
}

/** Puts the parts of one container into another of its kind. */
export function fill(into: object, from: object, each: (part: unknown) => unknown): void {
  if (into instanceof Map) {
    for (const [key, value] of from as Map<unknown, unknown>) into.set(each(key), each(value));
  } else if (into instanceof Set) {
    for (const value of from as Set<unknown>) into.add(each(value));
  } else {
    for (const key of Object.keys(from)) {
      const value = each(Reflect.get(from, key));
      if (key === "__proto__") {
        Object.defineProperty(into, key, { value, enumerable: true, writable: true, configurable: true });
      } else Reflect.set(into, key, value);
    }
  }
}
