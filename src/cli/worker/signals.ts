/** What tells a service to end: once in order, twice now. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Signals {
  readonly count: number;
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  /** They have their usual effect again. */
  release(): void;
}

export function onSignals(): Signals {
  let count = 0;
  let [tellFirst, tellSecond] = [() => {}, () => {}];
  const first = new Promise<void>(resolve => {
    tellFirst = resolve;
  });
  const second = new Promise<void>(resolve => {
    tellSecond = resolve;
  });
  const heard = () => {
    count += 1;
    if (count === 1) tellFirst();
    else tellSecond();
  };
  for (const signal of SIGNALS) process.on(signal, heard);
  return {
    get count() {
      return count;
    },
    first,
    second,
    release() {
      for (const signal of SIGNALS) process.off(signal, heard);
    },
  };
}
