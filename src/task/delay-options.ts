import { parseDuration } from "../config/duration.ts";
import { checkKeys } from "../config/nearest.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";

const KEYS = ["in", "idempotencyKey", "queue", "priority", "store"];
const LONGEST = 500;

/** @throws OptionError */
export function checkDelay(value: unknown, where: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionError({
      where,
      problem: `${shown(value)} is not possible`,
      hint: 'Give { in: "5m" }, for example.',
    });
  }
  checkKeys(value, KEYS, where);
  const { in: time, priority, ...texts } = value as Record<string, unknown>;
  if (time !== undefined) parseDuration(time, `${where}.in`);
  if (priority !== undefined && !Number.isFinite(priority)) {
    const hint = "Give a number; higher goes first.";
    throw new OptionError({ where: `${where}.priority`, problem: `${shown(priority)} is not possible`, hint });
  }
  for (const [key, text] of Object.entries(texts)) {
    if (text === undefined || (typeof text === "string" && text !== "" && text.length <= LONGEST)) continue;
    const hint = `Give a text of at most ${LONGEST} characters.`;
    throw new OptionError({ where: `${where}.${key}`, problem: `${shown(text)} is not possible`, hint });
  }
}
