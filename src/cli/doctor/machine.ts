/** What the doctor says of Node and the machine. */
import { createRequire } from "node:module";
import os from "node:os";
import { platform } from "../../platform.ts";
import type { Finding } from "./finding.ts";

const OLDEST = [20, 19] as const;

export function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const detail = `${process.version} on ${process.platform} ${process.arch}`;
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return { name: "node", state: "ok", detail };
  return { name: "node", state: "wrong", detail, remedy: `heddle needs Node ${OLDEST.join(".")} or newer.` };
}

/** How modules of the project in `root` that are written in TypeScript get loaded. */
export function typescript(root: string): Finding {
  const name = "typescript";
  if (platform.stripsTypes) return { name, state: "ok", detail: "read by Node itself" };
  if (platform.loader !== null) return { name, state: "ok", detail: "read by the loader that Node was started with" };
  const tsx = tsxSeenFrom(`${root}/`) ?? tsxSeenFrom(import.meta.url);
  if (tsx !== null) return { name, state: "ok", detail: `read through tsx ${tsx}` };
  return {
    name,
    state: "note",
    detail: "not read: this Node cannot, and tsx is not installed in the project",
    remedy: "If the project has TypeScript: npm install tsx, or use Node 22.18 or newer.",
  };
}

export function cpus(): Finding {
  const available = os.availableParallelism();
  const all = os.cpus().length;
  const model = os.cpus()[0]?.model.trim();
  const detail = all === available ? `${available} available` : `${available} of ${all} available`;
  return { name: "cpus", state: "ok", detail: model === undefined ? detail : `${detail} (${model})` };
}

export function memory(): Finding {
  const total = os.totalmem();
  const limit = process.constrainedMemory() ?? 0;
  const limited = limit > 0 && limit < total ? `, limited to ${gigabytes(limit)} for this process` : "";
  return { name: "memory", state: "ok", detail: `${gigabytes(os.freemem())} free of ${gigabytes(total)}${limited}` };
}

/** The loader of users' modules looks in the project first, then beside heddle. */
function tsxSeenFrom(place: string): string | null {
  try {
    return (createRequire(place)("tsx/package.json") as { version: string }).version;
  } catch {
    return null;
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
