import { fileURLToPath, pathToFileURL } from "node:url";

const SOURCE = /\.[cm]?[jt]sx?$/;

export function isSource(path: string): boolean {
  return SOURCE.test(path);
}

/** The path of what a module names relative to its own address. */
export function assetOf(module: string, asset: string): string {
  return fileURLToPath(new URL(asset, pathToFileURL(module)));
}
