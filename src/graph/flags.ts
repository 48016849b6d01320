/** What is noted of a node besides its state; one bit each. */
export const IN_QUEUE = 1;
export const HOLDS_SLOT = 2;
export const STARTED = 4;
export const REMOVED = 8;
/** What the node's end means for its consumers is still being worked out. */
export const ENDING = 16;
/** It has given its slot back until what it waits for has ended. */
export const WAITS = 32;
/** It would go on, and stands in a queue for that. */
export const RESUMES = 64;
/** While any of these holds, the node's number is not given to another. */
export const IN_USE = IN_QUEUE | HOLDS_SLOT | REMOVED | ENDING | WAITS | RESUMES;
