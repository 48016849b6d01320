import { warm } from "./builds.mjs";

export default {
  ...warm("chain"),
  title: "the same of a chain, each of the output of the one before",
  short: "a warm build, chain",
};
