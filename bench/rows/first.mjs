/** Rows about how long it takes from the start of a process to the first results of 2 workers. */
import { fileURLToPath } from "node:url";
import { whole } from "../units.mjs";
import { untilFirstWord } from "./starts.mjs";

const script = fileURLToPath(new URL("../first.mjs", import.meta.url));

const starting = (place, module, from) => async () => {
  const path = fileURLToPath(new URL(`../${module}`, import.meta.url));
  await import(path);
  return { from, start: count => untilFirstWord([script, place, path], count) };
};

export function first(place, peers, others, floor) {
  const contenders = Object.fromEntries(peers.map(who => [who, starting(place, `peers/${who}.mjs`, who)]));
  return {
    title: `from the start of a process to the results of its first 2 calls on 2 ${place}`,
    short: `first results on 2 ${place}`,
    calls: 10,
    of: "starts",
    unit: whole,
    contenders: { ...contenders, ...others, floor: starting(place, `floors/${floor}.mjs`, "node") },
    floor: `2 bare ${place}, a message each`,
    measure: async ({ start }, count) => ({ ms: await start(count) }),
  };
}
