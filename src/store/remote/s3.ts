/** A shared cache in a bucket of S3, or of a store that speaks as S3 does. */
import { AwsClient } from "aws4fetch";
import { digestBytes } from "../../codec/digest.ts";
import { OptionError } from "../../errors.ts";
import { type Answer, type Asked, exchange, unreachable } from "./exchange.ts";
import { type About, MAX_BLOB, type Place, readAbout } from "./place.ts";
import { readOnly, Trouble } from "./trouble.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export class S3Place implements Place {
  readonly name: string;
  readonly #base: string;
  readonly #signer: AwsClient;
  readonly #patience: number;

  /** @throws OptionError if the environment has no credentials. */
  constructor(url: URL, patience: number, environment: Environment = process.env) {
    const region = environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || "us-east-1";
    const endpoint = environment["AWS_ENDPOINT_URL_S3"] || environment["AWS_ENDPOINT_URL"];
    const path = [url.host, ...url.pathname.split("/")].filter(part => part !== "").join("/");
    this.name = `s3://${path}`;
    // The bucket goes into the path: in the name of the host, certificates do not cover buckets with dots.
    this.#base = `${(endpoint || `https://s3.${region}.amazonaws.com`).replace(/\/+$/, "")}/${path}`;
    const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
    const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
    if (!accessKeyId || !secretAccessKey) {
      const hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_REGION, AWS_ENDPOINT_URL_S3 as needed).";
      throw new OptionError({ where: `shared cache ${this.name}`, problem: "there are no credentials", hint });
    }
    const sessionToken = environment["AWS_SESSION_TOKEN"];
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
    this.#signer = new AwsClient({ ...credentials, service: "s3", region });
    this.#patience = patience;
  }

  /** Whoever sets the bucket up may put the object there; few need to. */
  async about(): Promise<About> {
    const body = await this.get("v1/about.json", 65_536);
    return (body && readAbout(body)) ?? { signed: false, write: true, maxBlob: MAX_BLOB };
  }

  async get(name: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const answer = await this.#ask("GET", name, limit);
    if (answer.status === 200) return answer.body;
    if (answer.status === 404 && codeIn(answer) !== "NoSuchBucket") return undefined;
    throw this.#refusal(answer, false);
  }

  async has(name: string): Promise<boolean> {
    const answer = await this.#ask("HEAD", name, 0);
    if (answer.status === 200 || answer.status === 404) return answer.status === 200;
    throw this.#refusal(answer, false);
  }

  async put(name: string, body: Uint8Array<ArrayBuffer>, keep: boolean): Promise<void> {
    let answer = await this.#ask("PUT", name, 65_536, body, keep ? { "if-none-match": "*" } : {});
    if (keep && (answer.status === 412 || answer.status === 409)) return;
    // Some stores do not know the condition.
    if (keep && answer.status === 501) {
      if (await this.has(name)) return;
      answer = await this.#ask("PUT", name, 65_536, body);
    }
    if (answer.status !== 200) throw this.#refusal(answer, true);
  }

  async remove(name: string): Promise<void> {
    const answer = await this.#ask("DELETE", name, 65_536);
    if (answer.status !== 204 && answer.status !== 200 && answer.status !== 404) throw this.#refusal(answer, true);
  }

  async #ask(
    method: Asked["method"],
    name: string,
    limit: number,
    body?: Uint8Array<ArrayBuffer>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const url = `${this.#base}/${name}`;
    // Signed with the digest, so that the store refuses a body that was changed on its way.
    const digest = { "x-amz-content-sha256": digestBytes(body ?? "") };
    const request = await this.#signer.sign(url, { method, headers: { ...digest, ...more } });
    const asked = { method, url, headers: Object.fromEntries(request.headers), patience: this.#patience };
    // Refusals come with an explanation in XML.
    const bounded = { ...asked, limit: Math.max(limit, 65_536) };
    return exchange(body === undefined ? bounded : { ...bounded, body });
  }

  #refusal(answer: Answer, writing: boolean): Trouble {
    const { status } = answer;
    const code = codeIn(answer) ?? String(status);
    if (status === 403 && writing && code === "AccessDenied") return readOnly();
    if (status === 401 || status === 403) {
      const rights = "s3:GetObject, s3:PutObject and s3:ListBucket (without which what is missing looks forbidden)";
      return new Trouble("denied", `access is denied (${code})`, `Check AWS_ACCESS_KEY_ID and its rights: ${rights}.`);
    }
    if (status === 429 || (status >= 500 && status !== 501)) return unreachable(`it answered ${code}`);
    return new Trouble("unexpected", `it answered ${code}`, "Check the bucket, AWS_REGION and AWS_ENDPOINT_URL_S3.");
  }
}

function codeIn({ body }: Answer): string | undefined {
  return /<Code>(\w+)<\/Code>/.exec(Buffer.from(body).toString("latin1"))?.[1];
}
