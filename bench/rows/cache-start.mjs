import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { whole } from "../units.mjs";

const heddle = fileURLToPath(new URL("../../", import.meta.url));
const pathOf = (folder, name) => join(folder, "project", name);

/** A project in which one task reaches code in every file. */
function write(folder, files) {
  mkdirSync(pathOf(folder, "node_modules"), { recursive: true });
  symlinkSync(heddle, pathOf(folder, "node_modules/heddle"));
  writeFileSync(pathOf(folder, "package.json"), JSON.stringify({ name: "project", type: "module" }));
  for (let i = 0; i < files; i++) {
    const next = i + 1 < files ? `import { f${i + 1} } from "./file-${i + 1}.js";\n` : "";
    const call = i + 1 < files ? `f${i + 1}(x)` : "x";
    writeFileSync(pathOf(folder, `file-${i}.js`), `${next}export const f${i} = x => ${i} + ${call};\n`);
  }
  const tasks = `import { task } from "heddle";\nimport { f0 } from "./file-0.js";\n`;
  writeFileSync(pathOf(folder, "tasks.js"), `${tasks}export const sum = task("sum", { cache: true }, x => f0(x));\n`);
}

const contenders = {
  heddle: async () => {
    const { inline, run } = await import("heddle");
    const first = (folder, { sum }) => run({ store: join(folder, "store"), runner: inline() }, () => sum(1));
    return { from: "heddle", first };
  },
  floor: async () => {
    const first = folder => {
      let size = 0;
      for (const name of readdirSync(pathOf(folder, "."))) size += statSync(pathOf(folder, name)).size;
      return size;
    };
    return { from: "node", first };
  },
};

export default {
  title: "a run with one hit, of a task with code in many files, first thing in a process that has loaded them",
  calls: 1_000,
  of: "files",
  contenders,
  floor: "a stat of each file",
  unit: whole,
  fill: async ({ first }, files, folder) => {
    write(folder, files);
    await first(folder, await import(pathToFileURL(pathOf(folder, "tasks.js")).href));
  },
  measure: async ({ first }, _files, folder) => {
    const tasks = await import(pathToFileURL(pathOf(folder, "tasks.js")).href);
    const began = performance.now();
    await first(folder, tasks);
    return { ms: performance.now() - began };
  },
};
