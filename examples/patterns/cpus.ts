/** All CPUs of this machine, now: no queue, and no worker to start. */
import { closest, show } from "./pages.ts";

const [folder = "docs"] = process.argv.slice(2);
show(folder, await closest(folder));
