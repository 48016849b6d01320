import workerpool from "workerpool";
import { noop } from "../../noop.mjs";
import { busy, spin } from "../../work.mjs";

workerpool.worker({ noop, busy, spin });
