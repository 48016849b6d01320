import { warm } from "./builds.mjs";

export default {
  ...warm("wide"),
  title: "a build of targets that are all fresh, each of an input and an output",
  short: "a warm build, wide",
};
