/** What the figures were taken on. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

const pools = ["piscina", "tinypool", "workerpool", "poolifier", "p-limit", "p-queue"];
const caches = ["object-hash", "ohash", "flat-cache", "cacache", "memoize-fs"];
const packages = [...pools, ...caches];

export function versions() {
  const read = path => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version;
  const found = Object.fromEntries(packages.map(name => [name, read(`../node_modules/${name}/package.json`)]));
  return { node: process.versions.node, heddle: read("../package.json"), ...found };
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
