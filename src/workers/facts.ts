/** What a call says of itself, as events. */
import type { HeddleEvent } from "../events/event.ts";
import type { LogLevel } from "../task/context.ts";
import type { StreamName } from "./protocol.ts";

export function outputFact(call: number, stream: StreamName, text: string): HeddleEvent {
  return { type: "output", at: Date.now(), call, stream, text };
}

export function logFact(call: number, level: LogLevel, message: string, data: unknown): HeddleEvent {
  const fact = { type: "log", at: Date.now(), call, level, message } as const;
  return data === undefined ? fact : { ...fact, data };
}

export function progressFact(
  call: number,
  fraction: number,
  done: number | undefined,
  total: number | undefined,
  note: string | undefined,
): HeddleEvent {
  const counts = done === undefined || total === undefined ? {} : { done, total };
  return { type: "progress", at: Date.now(), call, fraction, ...counts, ...(note === undefined ? {} : { note }) };
}

export function warningFact(call: number | null, name: string, message: string): HeddleEvent {
  return { type: "warning", at: Date.now(), call, name, message };
}
