/** What the doctor says of the Redis that the environment names, if it names one. */
import { QUEUE_VARIABLE } from "../../background/place.ts";
import { isRedis, readPlace } from "../../background/redis/place.ts";
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
      return [await examined(where.shown, name => connection.use(client => client.config("GET", name)))];
    } finally {
      connection.close();
    }
  } catch (error) {
    return [wrong(NAME, error)];
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
