import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { serveStore } from "../../src/store/remote/server.ts";
import { built } from "./built.ts";
import { client, folder, keyOf, large, put, server, sha256 } from "./remote.rig.ts";

/** For machines with other things to do. */
const PATIENT = { timeout: 30_000 };

async function servedByChild(at: string): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [await built("cache-server.ts"), at], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  return { url: line.toString().trim(), child };
}

/** Sends bytes as they are: `fetch` would tidy the address up. */
function raw(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let answer = "";
    socket.on("data", chunk => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

async function filesIn(at: string): Promise<string[]> {
  const all = await readdir(at, { recursive: true, withFileTypes: true });
  return all.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
}

const put1 = (url: string, path: string, body: string) => fetch(`${url}${path}`, { method: "PUT", body });

test("values are put there, read and removed by who may write; nothing else is removed", async () => {
  const { url, folder: at } = await server({ token: "rw", readToken: "r" });
  const ask = (method: string, path: string, token: string, body?: string) =>
    fetch(`${url}/v1/${path}`, { method, headers: { authorization: `Bearer ${token}` }, ...(body && { body }) });
  const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status;
  const path = `values/${"0".repeat(32)}.${sha256("text")}`;
  expect(await status("PUT", path, "rw", "another text")).toBe(422);
  expect(await status("PUT", path, "r", "text")).toBe(403);
  expect(await status("PUT", path, "rw", "text")).toBe(201);
  expect(await (await ask("GET", path, "r")).text()).toBe("text");
  expect(await status("DELETE", path, "r")).toBe(403);
  expect(await status("PUT", `blobs/${sha256("text")}`, "rw", "text")).toBe(201);
  expect(await status("DELETE", `blobs/${sha256("text")}`, "rw")).toBe(405);
  for (let time = 1; time <= 2; time++) expect(await status("DELETE", path, "rw")).toBe(200);
  expect(await status("GET", path, "rw")).toBe(404);
  expect(await filesIn(at)).toHaveLength(1);
});

describe("names", () => {
  const digest = sha256("x");
  test.each([
    "/v1/blobs/../../secret",
    "/v1/entries/../../secret",
    "/v1/entries/../secret",
    "/v1/entries/....",
    "/v1/entries/..",
    "/v1/entries/.a0a0a0a0a0",
    "/v1/entries/a0a0a0a0..a0a0a0a0",
    "/v1/entries/%2e%2e%2f%2e%2e%2fsecret",
    "/v1/entries/..%5c..%5csecret",
    `/v1/blobs/${digest}/../../../secret`,
    `/v1/values/${digest}`,
    `/v1/values/..${"0".repeat(30)}.${digest}`,
    `/v1/blobs/${digest}%00`,
    `/v1/blobs/${digest}?x`,
    `/v1/blobs/${digest.toUpperCase()}`,
    `/v1/blobs/${digest.slice(1)}`,
    `//v1/blobs/${digest}`,
    `http://127.0.0.1/v1/blobs/${digest}`,
    `/v1/entries/${"a".repeat(300)}`,
    "/",
    "*",
  ])("%s leads nowhere", async path => {
    const base = await folder();
    await writeFile(join(base, "secret"), "s");
    const at = join(base, "cache");
    const { url } = await server({ folder: at });
    for (const method of ["GET", "PUT"]) {
      const head = `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx`;
      expect(await raw(url, head)).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect(await filesIn(base)).toEqual([join(base, "secret")]);
    expect(await readFile(join(base, "secret"), "utf8")).toBe("s");
  });
});

test("a body is kept only under its own digest", async () => {
  const { url, folder: at } = await server();
  expect((await put1(url, `/v1/blobs/${sha256("x")}`, "y")).status).toBe(422);
  expect(await filesIn(at)).toEqual([]);
  expect((await put1(url, `/v1/blobs/${sha256("x")}`, "x")).status).toBe(201);
  expect((await put1(url, `/v1/blobs/${sha256("x")}`, "x")).status).toBe(201);
  const got = await fetch(`${url}/v1/blobs/${sha256("x")}`);
  expect(await got.text()).toBe("x");
  expect((await fetch(`${url}/v1/blobs/${sha256("x")}`, { method: "HEAD" })).status).toBe(200);
  expect((await fetch(`${url}/v1/blobs/${sha256("z")}`, { method: "HEAD" })).status).toBe(404);
  expect((await fetch(`${url}/v1/blobs/${sha256("x")}`, { method: "DELETE" })).status).toBe(405);
});

test("an entry is kept only if it is one, and its blob is here", async () => {
  const { url, folder: at } = await server();
  await put(client(url), "a", large());
  const path = `/v1/entries/${keyOf("a")}`;
  const document = await (await fetch(url + path)).text();
  await rm(join(at, "blobs"), { recursive: true });
  await rm(join(at, "entries"), { recursive: true });
  for (const text of ["", "x", "{}", document]) expect((await put1(url, path, text)).status).toBe(422);
  expect((await put1(url, path, "x".repeat(300_000))).status).toBe(413);
  expect(await filesIn(at)).toEqual([]);
});

test("a body of unknown length ends at the limit", async () => {
  const { url, folder: at } = await server({ maxBlob: 1_000 });
  const head = `PUT /v1/blobs/${sha256("x")} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`;
  const chunk = `200\r\n${"x".repeat(512)}\r\n`;
  expect(await raw(url, head + chunk.repeat(3))).toMatch(/^HTTP\/1\.1 413 /);
  expect(await filesIn(at)).toEqual([]);
});

test("an upload that breaks off leaves nothing", async () => {
  const { url, folder: at } = await server();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `PUT /v1/blobs/${sha256("x")} HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n${"x".repeat(70_000)}`,
  );
  await expect.poll(() => filesIn(at), PATIENT).toHaveLength(1);
  socket.destroy();
  await expect.poll(() => filesIn(at), PATIENT).toEqual([]);
});

test("drafts of servers that died are removed when they are old", async () => {
  const at = await folder();
  await mkdir(join(at, "drafts"));
  for (const name of ["old", "new"]) await writeFile(join(at, "drafts", name), "x");
  const before = new Date(Date.now() - 48 * 3_600_000);
  await utimes(join(at, "drafts", "old"), before, before);
  await server({ folder: at });
  expect(await readdir(join(at, "drafts"))).toEqual(["new"]);
});

test("a server killed in the middle of an upload has no part of it, and serves what it had", async () => {
  const at = await folder();
  const first = await servedByChild(at);
  await put(client(first.url), "a", large());
  const blob = sha256("x".repeat(200_000));
  const { hostname, port } = new URL(first.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write(`PUT /v1/blobs/${blob} HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n${"x".repeat(90_000)}`);
  await expect.poll(() => readdir(join(at, "drafts")), PATIENT).toHaveLength(1);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");

  const second = await servedByChild(at);
  expect((await fetch(`${second.url}/v1/blobs/${blob}`)).status).toBe(404);
  const { store, told } = client(second.url);
  expect((await store.fetch(keyOf("a")))?.value).toEqual(large());
  expect(told).toEqual([]);
  const complete = await put1(second.url, `/v1/blobs/${blob}`, "x".repeat(200_000));
  expect(complete.status).toBe(201);
});

test("processes that push one key at once all read the same entry", async () => {
  const { url } = await server();
  const script = await built("cache-client.ts");
  const run = (name: string) => promisify(execFile)(process.execPath, [script, url, name]);
  const outputs = await Promise.all([run("one"), run("eleven")]);
  expect(outputs.map(({ stderr }) => stderr)).toEqual(["", ""]);
  expect(outputs[0]!.stdout).toBe(outputs[1]!.stdout);
  expect(["one 90002\n", "eleven 180002\n"]).toContain(outputs[0]!.stdout);
});

test("a port that is taken, or a folder that cannot be, is said", async () => {
  const { url } = await server();
  const at = await folder();
  await expect(serveStore({ folder: at, port: Number(new URL(url).port) })).rejects.toThrow(OptionError);
  await writeFile(join(at, "file"), "");
  await expect(serveStore({ folder: join(at, "file", "cache") })).rejects.toThrow(OptionError);
});

test("a server that closes lets an upload end", async () => {
  const at = join(await folder(), "cache");
  const served = await serveStore({ folder: at });
  const { hostname, port } = new URL(served.url);
  const socket = connect(Number(port), hostname);
  const answer = once(socket, "data");
  socket.write(`PUT /v1/blobs/${sha256("xy")} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nx`);
  await expect.poll(() => readdir(join(at, "drafts")), PATIENT).toHaveLength(1);
  const closed = served.close();
  socket.write("y");
  expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 201/);
  await closed;
  expect(dirname((await filesIn(at))[0]!)).toBe(join(at, "blobs", sha256("xy").slice(0, 2)));
});
