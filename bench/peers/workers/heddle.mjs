import { task } from "heddle";
import * as noops from "../../noop.mjs";
import * as work from "../../work.mjs";

const noop = task("noop", noops.noop);
const add = task("add", noops.add);
const spin = task("spin", work.spin);
const busy = task("busy", work.busy);

export const tasks = { noop, add, spin, busy };
