/** `npm run heddle -- …`: the command line of this clone, in the folder where npm was called. */
import { heddle, root } from "./built.mjs";

heddle(process.env["INIT_CWD"] ?? root, ...process.argv.slice(2));
