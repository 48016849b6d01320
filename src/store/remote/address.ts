/** From an address to the place that it names. */
import { OptionError } from "../../errors.ts";
import { HttpPlace } from "./http.ts";
import type { Place } from "./place.ts";
import { S3Place } from "./s3.ts";

export interface Address {
  /** `http://…`, `https://…` or `s3://bucket/prefix`. */
  readonly url: string;
  /** For HTTP. */
  readonly token?: string | undefined;
  /** Milliseconds without an answer after which the server counts as out of reach; default 5,000. */
  readonly patience?: number | undefined;
}

/** @throws OptionError for an address or credentials that cannot work. */
export function placeAt({ url, token, patience = 5_000 }: Address, where: string, hint: string): Place {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === "s3:" && parsed.host !== "") return new S3Place(parsed, patience);
  const web = parsed?.protocol === "http:" || parsed?.protocol === "https:";
  if (parsed !== undefined && web && parsed.username === "") return new HttpPlace(parsed, token, patience);
  throw new OptionError({ where, problem: `"${url}" is not an address of one`, hint });
}
