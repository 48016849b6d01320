/** The door `heddle/worker`: the far side of runners made with `defineRunner`. */
export { execute } from "./workers/envelope.ts";
export { endWithParent } from "./workers/watch.ts";
