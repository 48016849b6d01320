/** The folder beside an output in which those lie that are not published yet. */
export const STAGE = ".heddle-stage";
