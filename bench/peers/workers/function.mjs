export { noop as default } from "../../noop.mjs";
export { busy, spin } from "../../work.mjs";
