import { importUser } from "./typescript.ts";

/** Warms a worker: imports the module and calls its default export, if that is a function. */
export async function warm(module: string): Promise<void> {
  const { default: start } = await importUser(module);
  if (typeof start === "function") await start();
}
