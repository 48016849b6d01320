/** Evaluates formulas that strangers have written, each in a container without network. */
import { flow, task } from "heddle";

export const evaluate = task("evaluate", { labels: "sandbox", timeout: "10s" }, (formula: string): number => {
  const value: unknown = new Function(`"use strict"; return (${formula});`)();
  if (typeof value !== "number") throw new TypeError(`${formula} is not a number`);
  return value;
});

export const formulas = flow("formulas", async (all: string[]) => {
  const outcomes = await evaluate.map(all).settled();
  return outcomes.map((outcome, i) => `${all[i]} ${outcome.ok ? `= ${outcome.value}` : `: ${outcome.error.message}`}`);
});

export default formulas;
