/** A promise a call and nothing else. */
import { noop } from "../noop.mjs";

export const from = "node";

export const places = { inline: measure => measure({ call: async x => noop(x) }) };
