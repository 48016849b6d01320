/** What the doctor says of the Redis that the environment names, if it names one. */
import { QUEUE_VARIABLE } from "../../background/place.ts";
import { MOST_IN_REDIS } from "../../background/redis/blob-ref.ts";
import { isRedis, type RedisPlace, readPlace } from "../../background/redis/place.ts";
import { formatSize } from "../../config/size.ts";
import { type Finding, wrong } from "./finding.ts";

const NAME = "queue";

export async function queue(): Promise<Finding[]> {
  const place = process.env[QUEUE_VARIABLE];
  if (place === undefined || !isRedis(place)) return [];
  try {
    const { Connection, loadBull, loadRedis } = await import("../../background/redis/connection.ts");
    const where = readPlace(place);
    const [redis] = await Promise.all([loadRedis(), loadBull()]);
    const connection = new Connection(where, redis);
    try {
      await connection.use(client => client.ping());
      const server = await examined(where.shown, name => connection.use(client => client.config("GET", name)));
      return [server, await largeValues(where)];
    } finally {
      connection.close();
    }
  } catch (error) {
    return [wrong(NAME, error)];
  }
}

async function largeValues(where: RedisPlace): Promise<Finding> {
  const name = "large values";
  if (where.blobs === null) {
    return { name, state: "ok", detail: `up to ${formatSize(MOST_IN_REDIS)}, in Redis; more needs redis({ blobs })` };
  }
  try {
    const { Blobs } = await import("../../background/redis/blobs.ts");
    await Blobs.at(where).check();
    return { name, state: "ok", detail: where.blobs };
  } catch (error) {
    return wrong(name, error);
  }
}

async function examined(shown: string, setting: (name: string) => Promise<unknown>): Promise<Finding> {
  const finding: Finding = { name: NAME, state: "ok", detail: shown };
  const remedies: string[] = [];
  try {
    const said = async (name: string) => ((await setting(name)) as readonly string[])[1];
    if ((await said("maxmemory-policy")) !== "noeviction") remedies.push("maxmemory-policy noeviction");
    if ((await said("appendonly")) !== "yes") remedies.push("appendonly yes");
  } catch {
    return { ...finding, state: "note", detail: `${shown}, which does not tell its settings` };
  }
  if (remedies.length === 0) return finding;
  const detail = `${shown} may lose jobs`;
  return { ...finding, state: "note", detail, remedy: `Set it up with: ${remedies.join(", ")}.` };
}
