/** Stores the jobs, and prints the id of the last one: this process may end before the first has begun. */
import { countWords, mostUsed } from "./words.ts";

const texts = ["the warp and the weft", "the shuttle, the reed and the heddle", "warp, weft, warp"];
const counted = await Promise.all(texts.map(text => countWords.delay(text)));
const last = await mostUsed.delay(...counted);
console.log(last.id);
