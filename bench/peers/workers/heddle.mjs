import { move, task } from "heddle";
import * as noops from "../../noop.mjs";
import * as work from "../../work.mjs";

const noop = task("noop", noops.noop);
const add = task("add", noops.add);
const spin = task("spin", work.spin);
const busy = task("busy", work.busy);
const moved = task("moved", array => move(array));
const filled = task("filled", x => new Float64Array(2 ** 20).fill(x));
const plus = task("plus", (a, b) => a.map((x, i) => x + b[i]));
const heavy = task("heavy", x => new Uint8Array(100 * 2 ** 20).fill(x));
const weigh = task("weigh", (a, b) => [a.length + b.length, a[0] + b.at(-1)]);

export const tasks = { noop, add, spin, busy, moved, filled, plus, heavy, weigh };
