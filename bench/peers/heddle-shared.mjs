import { shared } from "heddle";
import * as heddle from "./heddle.mjs";

export const from = "heddle";

export const places = { threads: measure => heddle.places.threads(at => measure({ ...at, own: shared })) };
