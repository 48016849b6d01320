import * as heddle from "./heddle-reduced.mjs";

export const from = "heddle";

export const reduced = calls => heddle.reduced(calls, { maxLiveBytes: "256MB" });
