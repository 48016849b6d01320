import { posix } from "node:path";
import { rolldown } from "rolldown";
import type { Files } from "./memory.ts";

/**
 * What a tree-shaking bundler keeps for one export, with names that say nothing; null if it refuses the program.
 * Modules that are imported late are bundles of their own, as how a bundler shares code among chunks says nothing.
 */
export async function bundleOf(files: Files, file: string, name: string): Promise<string | null> {
  const bundles: string[] = [];
  const entries = [`export { ${name} } from "./${file}";`];
  const late = new Set<string>();
  for (const text of entries) {
    const bundle = await oneBundle(files, text);
    if (bundle === null) return null;
    bundles.push(bundle);
    for (const [, path] of bundle.matchAll(/import\("late:([^"]+)"\)/g)) {
      if (late.has(path!)) continue;
      late.add(path!);
      entries.push(`import "./${file}"; export * from "${path}"; export { default } from "${path}";`);
    }
  }
  return bundles.join("\n// late\n");
}

async function oneBundle(files: Files, entry: string): Promise<string | null> {
  const bundle = await rolldown({
    input: "/p/entry.js",
    cwd: "/p",
    logLevel: "silent",
    external: ["heddle"],
    optimization: { inlineConst: false },
    treeshake: { manualPureFunctions: ["task", "flow"] },
    plugins: [
      {
        name: "memory",
        resolveId(id, from, { kind }) {
          const path = id.startsWith(".") ? posix.join(posix.dirname(from ?? "/p/entry.js"), id) : id;
          return kind === "dynamic-import" ? { id: `late:${path}`, external: true } : path;
        },
        load: id => (id === "/p/entry.js" ? entry : (files[posix.relative("/p", id)] ?? null)),
      },
    ],
  });
  try {
    const { output } = await bundle.generate({
      format: "esm",
      comments: false,
      minify: { mangle: { toplevel: true }, compress: false, codegen: { removeWhitespace: false } },
    });
    const code = output.map(each => (each.type === "chunk" ? each.code : "")).join("\n");
    return code.replaceAll(/^\/\/.*\n/gm, "");
  } catch {
    return null;
  } finally {
    await bundle.close();
  }
}
