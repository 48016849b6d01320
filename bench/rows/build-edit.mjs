import { edited } from "./builds.mjs";

export default {
  ...edited("wide"),
  title: "a build of targets of which one has another input",
  short: "a build after an edit",
};
