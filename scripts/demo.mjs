/**
 * `npm run demo`: runs the flights example on threads, with live progress. What follows `--` goes to `heddle run`.
 */
import { join } from "node:path";
import { heddle, root } from "./built.mjs";

const picture = join("examples", "flights", "out", "flights.svg");

heddle(root, "run", join("examples", "flights", "flights.ts"), "-n", "auto", ...process.argv.slice(2));
console.error(`\nThe picture is ${picture}: open it in a browser.`);
