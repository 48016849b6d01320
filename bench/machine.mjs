/** What the figures were taken on. */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

const pools = ["piscina", "tinypool", "workerpool", "poolifier", "p-limit", "p-queue", "p-map"];
const caches = ["object-hash", "ohash", "flat-cache", "cacache", "memoize-fs"];
const packages = [...pools, ...caches];

/** Of those that are installed. */
export function versions() {
  const read = url => JSON.parse(readFileSync(url, "utf8")).version;
  const files = packages.map(name => [name, new URL(`../node_modules/${name}/package.json`, import.meta.url)]);
  const found = files.filter(([, file]) => existsSync(file)).map(([name, file]) => [name, read(file)]);
  const heddle = read(new URL("../package.json", import.meta.url));
  return { node: process.versions.node, heddle, ...Object.fromEntries(found) };
}

export function machine() {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? "unknown",
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    load: loadavg()[0],
  };
}
