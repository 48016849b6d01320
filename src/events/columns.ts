/**
 * Columns of events as short text: what a million calls would otherwise write to the log as numbers.
 */

/** Numbers as runs: `0-99`, `200-298/2` for every second one, `305`; parted by commas. */
export function packCalls(calls: readonly number[]): string {
  const parts: string[] = [];
  for (let start = 0; start < calls.length; ) {
    const first = calls[start]!;
    const step = start + 1 < calls.length ? calls[start + 1]! - first : 0;
    let end = start;
    if (step > 0) while (end + 1 < calls.length && calls[end + 1]! - calls[end]! === step) end++;
    // Two numbers that are not neighbours may each begin a better run.
    if (step !== 1 && end - start < 2) end = start;
    if (end === start) parts.push(String(first));
    else parts.push(step === 1 ? `${first}-${calls[end]}` : `${first}-${calls[end]}/${step}`);
    start = end + 1;
  }
  return parts.join(",");
}

/** The inverse of {@link packCalls}. */
export function unpackCalls(packed: string): number[] {
  const calls: number[] = [];
  if (packed === "") return calls;
  for (const part of packed.split(",")) {
    const match = /^(\d+)(?:-(\d+)(?:\/(\d+))?)?$/.exec(part);
    if (match === null) throw new SyntaxError(`not a run of calls: ${part}`);
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    const step = Number(match[3] ?? 1);
    if (step < 1) throw new SyntaxError(`not a run of calls: ${part}`);
    for (let call = first; call <= last; call += step) calls.push(call);
  }
  return calls;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitValues = new Map([...digits].map((digit, value) => [digit, value]));

/**
 * Durations as whole microseconds, each in base-64 digits of five bits with the sixth for "more follows", as source
 * maps do: one character below 32 µs, two below 1 ms, four below one second.
 */
export function packDurations(durations: readonly number[]): string {
  let packed = "";
  for (const ms of durations) {
    let rest = ms > 0 && ms < 1e12 ? Math.round(ms * 1000) : 0;
    while (rest >= 32) {
      packed += digits[32 + (rest % 32)]!;
      rest = Math.floor(rest / 32);
    }
    packed += digits[rest]!;
  }
  return packed;
}

/** The inverse of {@link packDurations}: milliseconds. */
export function unpackDurations(packed: string): number[] {
  const durations: number[] = [];
  let sum = 0;
  let scale = 1;
  for (const digit of packed) {
    const value = digitValues.get(digit);
    if (value === undefined) throw new SyntaxError(`not a duration: ${digit}`);
    sum += (value % 32) * scale;
    scale *= 32;
    if (value < 32) {
      durations.push(sum / 1000);
      sum = 0;
      scale = 1;
    }
  }
  return durations;
}
