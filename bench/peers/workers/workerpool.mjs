import workerpool from "workerpool";
import { noop } from "../../noop.mjs";

workerpool.worker({ noop });
