export { noop as default } from "../../noop.mjs";
