/** A job for each page, for workers elsewhere; this process only waits for all of them. */
import { compare, nearest, pagesIn, show } from "./pages.ts";

const [folder = "docs"] = process.argv.slice(2);
const jobs = await Promise.all(pagesIn(folder).map(page => compare.delay(folder, page)));
const pairs = await Promise.all(jobs.map(job => job.result()));
show(folder, nearest(pairs.flat()));
