import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { placeAt } from "../../src/store/remote/address.ts";
import { type ValueKey, valueName } from "../../src/store/remote/names.ts";
import { client, factsOf, keyOf, large, put, sha256 } from "./remote.rig.ts";

interface Request {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly service: "s3";
  readonly region: string;
  readonly headers: Record<string, string>;
}

interface Aws4 {
  sign(request: Request, credentials: object): { readonly headers: Readonly<Record<string, string>> };
}

const CREDENTIALS = { accessKeyId: "ADA", secretAccessKey: "s3cr3t/+" };

// The module has no types. It signs independently of what the store signs with.
const name: string = "aws4";
const { default: aws4 } = (await import(name)) as { readonly default: Aws4 };

function environment(endpoint: string, secret = CREDENTIALS.secretAccessKey): void {
  vi.stubEnv("AWS_ENDPOINT_URL_S3", endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", CREDENTIALS.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secret);
  vi.stubEnv("AWS_SESSION_TOKEN", "");
  vi.stubEnv("AWS_REGION", "eu-north-1");
}

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Whether the headers that S3 demands are signed, with the body's digest among them, and the signature is right. */
function isSigned({ method, url, headers }: IncomingMessage, body: Buffer): boolean {
  const given = headers.authorization ?? "";
  const names = /SignedHeaders=([^,]+)/.exec(given)?.[1]?.split(";") ?? [];
  if (!["host", "x-amz-content-sha256", "x-amz-date"].every(needed => names.includes(needed))) return false;
  if (headers["x-amz-content-sha256"] !== sha256(body)) return false;
  const kept = Object.fromEntries(names.map(each => [each, String(headers[each])]));
  const request = { host: headers.host!, method: method!, path: url!, service: "s3", region: "eu-north-1" } as const;
  const { headers: signed } = aws4.sign({ ...request, headers: kept }, CREDENTIALS);
  const signatureOf = (text: string | undefined) => /Signature=(\w+)/.exec(text ?? "")?.[1];
  return signatureOf(given) !== undefined && signatureOf(given) === signatureOf(signed["Authorization"]);
}

/** Stores what it is sent, if that is signed, and answers conditional writes as it is told. */
async function bucket(condition: "kept" | "unknown" = "kept"): Promise<Map<string, Buffer>> {
  const objects = new Map<string, Buffer>();
  const refuse = (response: ServerResponse, status: number, code: string) =>
    response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const path = request.url!;
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    const there = objects.get(path);
    const onlyIfNew = request.headers["if-none-match"] === "*";
    if (!isSigned(request, body)) return refuse(response, 403, "SignatureDoesNotMatch");
    if (!path.startsWith("/team/")) return refuse(response, 404, "NoSuchBucket");
    if (request.method === "HEAD") return response.writeHead(there === undefined ? 404 : 200).end();
    if (request.method === "GET") {
      return there === undefined ? refuse(response, 404, "NoSuchKey") : response.writeHead(200).end(there);
    }
    if (request.method === "DELETE") {
      objects.delete(path);
      return response.writeHead(204).end();
    }
    if (onlyIfNew && condition === "unknown") return refuse(response, 501, "NotImplemented");
    if (onlyIfNew && there !== undefined) return refuse(response, 412, "PreconditionFailed");
    objects.set(path, body);
    return response.writeHead(200).end();
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>(listening => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  environment(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return objects;
}

test("small and large values go there, signed, and come back", async () => {
  const objects = await bucket();
  const writer = client("s3://team/some/prefix/", { secret: "loom" });
  const small = await put(writer, "a", "text");
  const big = await put(writer, "b", large());
  const reader = client("s3://team/some/prefix", { secret: "loom", push: false });
  expect(await reader.store.fetch(small.key)).toEqual({ facts: small, value: "text" });
  expect(await reader.store.fetch(big.key)).toEqual({ facts: big, value: large() });
  expect(await reader.store.fetch(keyOf("c"))).toBeUndefined();
  expect(await client("s3://team/other").store.fetch(small.key)).toBeUndefined();
  expect([...objects.keys()].filter(path => !path.startsWith("/team/some/prefix/v1/"))).toEqual([]);
  expect([...writer.told, ...reader.told]).toEqual([]);
});

test("values are put there, read and removed", async () => {
  const objects = await bucket();
  const place = placeAt({ url: "s3://team/some" }, "", "");
  const bytes = Uint8Array.from(Buffer.from("text"));
  const name = valueName(`${"0".repeat(32)}.${sha256(bytes)}` as ValueKey);
  await place.put(name, bytes, false);
  expect(await place.get(name, 4)).toEqual(bytes);
  expect([...objects.keys()]).toEqual([`/team/some/${name}`]);
  await place.remove(name);
  await place.remove(name);
  expect(await place.get(name, 4)).toBeUndefined();
  expect(objects.size).toBe(0);
});

test("other credentials are told of once", async () => {
  await bucket();
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong");
  const { store, told } = client("s3://team");
  for (const seed of ["a", "b"]) expect(await store.fetch(keyOf(seed))).toBeUndefined();
  await put({ store, told }, "a", 1);
  expect(told).toEqual([expect.stringContaining("SignatureDoesNotMatch")]);
});

test("a bucket that is not there is told of", async () => {
  await bucket();
  const { store, told } = client("s3://nobody");
  expect(await store.fetch(keyOf("a"))).toBeUndefined();
  expect(told).toEqual([expect.stringContaining("NoSuchBucket")]);
});

test("without credentials there is no such cache", () => {
  environment("http://127.0.0.1:1", "");
  expect(() => client("s3://team")).toThrow(OptionError);
});

describe.each(["kept", "unknown"] as const)("where conditions on writes are %s", condition => {
  test("the first entry stays", async () => {
    await bucket(condition);
    const { store, told } = client("s3://team");
    await put({ store, told }, "a", 1);
    await put({ store, told }, "a", 2);
    expect((await store.fetch(keyOf("a")))?.value).toBe(1);
    expect(told).toEqual([]);
  });

  test("what was found damaged is put right", async () => {
    const objects = await bucket(condition);
    const { store, told } = client("s3://team");
    await put({ store, told }, "a", large());
    for (const path of objects.keys()) if (path.includes("blobs")) objects.set(path, Buffer.from("x"));
    expect(await store.fetch(keyOf("a"))).toBeUndefined();
    store.push(factsOf("a", { run: "run-2" }), large());
    await store.flush();
    expect((await store.fetch(keyOf("a")))?.value).toEqual(large());
    expect(told).toEqual([expect.stringContaining("damaged")]);
  });
});

test("a bucket can say that entries must be signed", async () => {
  const objects = await bucket();
  objects.set("/team/v1/about.json", Buffer.from('{"heddle":1,"signed":true}'));
  const { store, told } = client("s3://team");
  await put({ store, told }, "a", 1);
  expect(objects.size).toBe(1);
  expect(told).toEqual([expect.stringContaining("must be signed")]);
  await put(client("s3://team", { secret: "loom" }), "a", 1);
  expect(objects.size).toBe(2);
});
