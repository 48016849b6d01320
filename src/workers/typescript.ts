/** Imports users' modules, TypeScript among them, on every Node version. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";
import { platform } from "../platform.ts";

export type Namespace = Readonly<Record<string, unknown>>;

let loader: Promise<void> | null = null;

/** Imports a module by URL; where Node cannot read its TypeScript by itself, through tsx. */
export async function importUser(url: string): Promise<Namespace> {
  if (needsLoader(url)) await registerLoader(url);
  return (await import(url)) as Namespace;
}

/** True when modules go through a loader, which works in a thread of its own. */
export function loaderAtWork(): boolean {
  return loader !== null || platform.loader !== null;
}

/** Node could load TypeScript only with the help of tsx, and it is not installed. */
export class NoLoaderError extends Error {}

function needsLoader(url: string): boolean {
  const { pathname } = new URL(url);
  if (loaderOfThisThread()) return false;
  return platform.stripsTypes ? /\.tsx$/.test(pathname) : /\.([cm]?ts|tsx)$/.test(pathname);
}

/** The loader of tsx stays out of worker threads, though they inherit the flag that brought it. */
function loaderOfThisThread(): boolean {
  return platform.loader === "other" || (platform.loader === "tsx" && isMainThread);
}

function registerLoader(url: string): Promise<void> {
  loader ??= findLoader(url).then(register => register());
  return loader;
}

async function findLoader(url: string): Promise<() => void> {
  const found = resolveFrom(url) ?? resolveFrom(import.meta.url);
  if (found === null) throw new NoLoaderError("it is TypeScript, and tsx is not installed");
  const { register } = (await import(pathToFileURL(found).href)) as { register(): void };
  return register;
}

/** The module for `import`; `resolve` finds the one for `require`, which cannot register itself. */
function resolveFrom(url: string): string | null {
  try {
    const required = createRequire(url).resolve("tsx/esm/api");
    const imported = required.replace(/\.cjs$/, ".mjs");
    return existsSync(imported) ? imported : required;
  } catch {
    return null;
  }
}
