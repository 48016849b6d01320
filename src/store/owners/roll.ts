import type { Registry, Rows } from "./registry.ts";

/** A process that shares the store, and where it listens. */
export interface Enlisted {
  readonly id: string;
  readonly address: string;
}

/** Who is the arbiter; or that this process is, and who else was enlisted then. */
export type Standing = { readonly arbiter: Enlisted } | { readonly others: readonly Enlisted[] };

const ARBITER = "arbiter";
const MEMBER = "member/";

/** Which processes share the store, and which of them is the arbiter: kept in the registry. */
export class Roll {
  readonly #registry: Registry;
  readonly #me: Enlisted;

  constructor(registry: Registry, me: Enlisted) {
    this.#registry = registry;
    this.#me = me;
  }

  /** Enters this process, and makes it the arbiter if there is none. */
  enlist(): Standing {
    return this.#registry.transact<Standing>(rows => {
      rows.put(MEMBER + this.#me.id, this.#me.address);
      const id = rows.get(ARBITER);
      const address = id === undefined ? undefined : rows.get(MEMBER + id);
      if (id !== undefined && id !== this.#me.id && address !== undefined) return { arbiter: { id, address } };
      rows.put(ARBITER, this.#me.id);
      return { others: this.#others(rows) };
    });
  }

  /** Makes this process the arbiter after one that was found dead: null if another was quicker. */
  succeed(dead: string): readonly Enlisted[] | null {
    return this.#registry.transact(rows => {
      if (rows.get(ARBITER) !== dead) return null;
      rows.put(ARBITER, this.#me.id);
      return this.#others(rows);
    });
  }

  /** Takes out a process that was found dead; false if it is the arbiter, whose successor sees to that. */
  strike(id: string): boolean {
    return this.#registry.transact(rows => {
      if (rows.get(ARBITER) === id) return false;
      rows.remove(MEMBER + id);
      return true;
    });
  }

  /** Takes out this process, and leaves the office vacant if it was its own. */
  leave(): void {
    this.#registry.transact(rows => {
      rows.remove(MEMBER + this.#me.id);
      if (rows.get(ARBITER) === this.#me.id) rows.remove(ARBITER);
    });
  }

  #others(rows: Rows): readonly Enlisted[] {
    return rows
      .keys()
      .filter(key => key.startsWith(MEMBER) && key !== MEMBER + this.#me.id)
      .map(key => ({ id: key.slice(MEMBER.length), address: rows.get(key) ?? "" }));
  }
}
