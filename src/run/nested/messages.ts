/** What the scope of what a call on a worker calls, and the coordinator, say to each other. Operations as in a wire. */

/** From the worker: a call, under a number of its own. */
export const SUBMIT = 1;
export const CANCEL = 2;
/** What a call says that was executed there; a message of a worker's reports. */
export const REPORT = 3;

/** From the coordinator: how a call has ended. */
export const OUTCOME = 11;
/** The turn of a call that is executed there has come. */
export const EXECUTE = 12;
export const ABORT = 13;
export const GO_ON = 14;
export const PASS_ON = 15;
