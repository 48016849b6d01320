import { task } from "heddle";
import * as work from "../../noop.mjs";

export const noop = task("noop", work.noop);
export const add = task("add", work.add);
