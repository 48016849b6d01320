/** What workers run in the rows about jobs. */
import { task } from "heddle";
import { noop } from "../../noop.mjs";
import { busy } from "../../work.mjs";

export const tasks = { noop: task("noop", noop), busy: task("busy", busy) };
