import { warm } from "./builds.mjs";

export default {
  ...warm("layered"),
  title: "the same in layers of a hundred, each of two outputs of the layer before",
  short: "a warm build, layered",
};
