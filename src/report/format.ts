import { shownCount as count } from "../graph/drawing/label.ts";

export { count };

/** `3 calls`, `1 call` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Milliseconds as `0.4 ms`, `12 ms`, `1.2 s`, `3 m 04 s`, `2 h 05 m`, `3 d 04 h`. */
export function duration(ms: number): string {
  if (!(ms > 0)) return "0 ms";
  if (ms < 0.95) return `${ms < 0.1 ? "<0.1" : ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return coarse(ms);
}

/** The same in whole seconds at the finest: for times that are repainted or only estimated. */
export function coarse(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${two(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${two(minutes % 60)} m`;
  return `${count(Math.floor(hours / 24))} d ${two(hours % 24)} h`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** `98/s`, `3.2/s`, `12/min`, `3/h` */
export function rate(perSecond: number): string {
  if (perSecond >= 9.95) return `${count(perSecond)}/s`;
  if (perSecond >= 0.95) return `${perSecond.toFixed(1)}/s`;
  if (perSecond * 60 >= 0.95) return `${count(perSecond * 60)}/min`;
  return `${count(perSecond * 3600)}/h`;
}

/** `45%`: never 100% before all is done, never 0% after something is. */
export function percent(fraction: number): string {
  if (fraction <= 0) return "0%";
  if (fraction >= 1) return "100%";
  return `${Math.min(99, Math.max(1, Math.round(fraction * 100)))}%`;
}
