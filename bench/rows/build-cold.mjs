import { cold } from "./builds.mjs";

export default { ...cold("layered"), title: "the first build of targets in layers, inline", short: "a first build" };
