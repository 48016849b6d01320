/** A job for each folder, for workers elsewhere, each of which uses all CPUs of its machine. */
import { closest, show } from "./pages.ts";

const [...folders] = process.argv.slice(2);
const jobs = await Promise.all(folders.map(folder => closest.delay(folder)));
const found = await Promise.all(jobs.map(job => job.result()));
for (const [i, folder] of folders.entries()) show(folder, found[i]!);
