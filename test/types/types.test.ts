import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

test("the types infer and refuse what they should", () => {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: ["test/types"] }, ts.sys, root);
  const files = ["inferred.ts", "refused.ts", "targets.ts"].map(file => `${root}test/types/${file}`);
  const program = ts.createProgram(files, options);
  const found = files.flatMap(file => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)));
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  };
  expect(ts.formatDiagnostics(found, host)).toBe("");
});
