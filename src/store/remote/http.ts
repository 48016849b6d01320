/** A shared cache behind `heddle cache serve`, or anything that speaks as it does. */
import { type Answer, type Asked, exchange, unreachable } from "./exchange.ts";
import { type About, type Place, readAbout } from "./place.ts";
import { readOnly, Trouble } from "./trouble.ts";

export class HttpPlace implements Place {
  readonly name: string;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #patience: number;

  constructor(url: URL, token: string | undefined, patience: number) {
    this.#base = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
    this.name = this.#base;
    // Empty is what CI gives where there is none, as to the forks of a repository.
    this.#headers = token ? { authorization: `Bearer ${token}` } : {};
    this.#patience = patience;
  }

  async about(): Promise<About> {
    const answer = await this.#ask("GET", "v1", 65_536);
    const about = answer.status === 200 ? readAbout(answer.body) : undefined;
    if (about === undefined) throw this.#refusal(answer, false);
    return about;
  }

  async get(name: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const answer = await this.#ask("GET", name, limit);
    if (answer.status === 200) return answer.body;
    if (answer.status === 404) return undefined;
    throw this.#refusal(answer, false);
  }

  async has(name: string): Promise<boolean> {
    const answer = await this.#ask("HEAD", name, 0);
    if (answer.status === 200 || answer.status === 404) return answer.status === 200;
    throw this.#refusal(answer, false);
  }

  /** The server looks for itself whether what is there is whole and stays. */
  async put(name: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const answer = await this.#ask("PUT", name, 65_536, body);
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 409) return;
    throw this.#refusal(answer, true);
  }

  async remove(name: string): Promise<void> {
    const answer = await this.#ask("DELETE", name, 65_536);
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 404) return;
    throw this.#refusal(answer, true);
  }

  #ask(method: Asked["method"], name: string, limit: number, body?: Uint8Array<ArrayBuffer>): Promise<Answer> {
    const asked = { method, url: `${this.#base}/${name}`, headers: this.#headers, limit, patience: this.#patience };
    return exchange(body === undefined ? asked : { ...asked, body });
  }

  #refusal({ status, body }: Answer, writing: boolean): Trouble {
    if (status === 403 && writing) return readOnly();
    if (status === 401 || status === 403) {
      const remedy = "Give the token that the server was started with. Until then calls run as if it held nothing.";
      const token = "authorization" in this.#headers ? "the token" : "requests without a token";
      return new Trouble("denied", `it does not accept ${token} (${status})`, remedy);
    }
    if (status === 429 || status >= 500) return unreachable(`it answered ${status}${problemIn(body)}`);
    if (status === 413) return new Trouble("tooLarge", `a result is larger than it takes${problemIn(body)}.`);
    const remedy = 'Check that the address is that of "heddle cache serve", of this version.';
    return new Trouble("unexpected", `it answered ${status}${problemIn(body)}`, remedy);
  }
}

function problemIn(body: Uint8Array): string {
  try {
    const { problem } = JSON.parse(Buffer.from(body).toString()) as { problem?: unknown };
    return typeof problem === "string" ? `: ${problem}` : "";
  } catch {
    return "";
  }
}
