import { dirname, join } from "node:path";
import type { Project } from "../code/project.ts";
import type { Loaded } from "./loaded.ts";

const RUNTIMES = ["react/jsx-runtime", "preact/jsx-runtime"];

/** What JSX in a module depends on beside what it names: settings, and the library whose functions it calls. */
export function jsxOf(project: Project, { path, record }: Loaded): { settings: string; runtimes: readonly string[] } {
  const own = [...record.jsx.matchAll(/@jsxImportSource\s+(\S+)/g)].map(match => `${match[1]}/jsx-runtime`);
  const runtimes = [...new Set([...RUNTIMES, ...own])].filter(
    specifier => project.resolve(path, specifier).kind !== "unknown",
  );
  const configs: string[] = [];
  for (let at = dirname(path); ; at = dirname(at)) {
    configs.push(project.digestOf(join(at, "tsconfig.json")) ?? "none");
    if (at === project.root || dirname(at) === at) break;
  }
  return { settings: `jsx ${record.jsx} ${configs.join(" ")}`, runtimes };
}
