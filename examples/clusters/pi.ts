/** The same flow as for Slurm: what a flow does is one thing, where its calls run is another. */
export { darts, pi, pi as default } from "../slurm/pi.ts";
