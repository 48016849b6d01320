const most = 50;

export interface Warning {
  readonly name: string;
  readonly message: string;
  /** The first call that it came from. */
  readonly call: string | undefined;
  count: number;
}

/** Equal warnings once, with their count; the first 50 different ones. */
export class Warnings {
  readonly list: Warning[] = [];
  /** Warnings beyond the list. */
  more = 0;
  readonly #byKey = new Map<string, Warning>();

  add(name: string, message: string, call: string | undefined): void {
    const key = `${name}\0${message}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) known.count++;
    else if (this.list.length < most) {
      const warning = { name, message, call, count: 1 };
      this.list.push(warning);
      this.#byKey.set(key, warning);
    } else this.more++;
  }
}
