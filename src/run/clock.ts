const LONGEST_TIMER = 2 ** 31 - 1;

/** Milliseconds since the epoch, with fractions, never going back within a run. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** A timer for any length of time, never early (Node's own may be, and fire at once beyond 25 days); returns what stops it. */
export function after(ms: number, callback: () => void, { keepAlive = true } = {}): () => void {
  const end = now() + ms;
  let timer: NodeJS.Timeout;
  const arm = () => {
    timer = setTimeout(fire, Math.min(Math.max(0, end - now()), LONGEST_TIMER));
    if (!keepAlive) timer.unref();
  };
  const fire = () => (now() < end ? arm() : callback());
  arm();
  return () => clearTimeout(timer);
}
