import { inline, run, task } from "heddle";
import * as work from "./kept.mjs";

export const from = "heddle";

const kept = task("kept", { cache: true }, x => work.kept(x));

export function within(store, measure) {
  return run({ store, runner: inline() }, () => measure({ call: x => kept(x), map: inputs => kept.map(inputs) }));
}
