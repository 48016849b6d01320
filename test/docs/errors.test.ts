/** docs/errors.md says what the catalogue of errors says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogue } from "../../src/errors.ts";
import * as heddle from "../../src/index.ts";
import { root } from "./extract.ts";

interface Entry {
  readonly name: string;
  readonly says: string;
  readonly remedy: string;
}

const page = readFileSync(join(root, "docs/errors.md"), "utf8");
const sections = page.split(/^### /m).slice(1);
const documented: Record<string, Entry & { readonly when: string }> = {};
for (const section of sections) {
  const [, code = section, name = ""] = /^(\w+): `(\w+)`\n/.exec(section) ?? [];
  const [, when = "", says = "", remedy = ""] =
    /^.*\n\n(.+)\n\n- \*\*Says\*\*: (.+)\n- \*\*Remedy\*\*: (.+)\n/.exec(section) ?? [];
  documented[code] = { name, says, remedy, when };
}

test("each error is documented once, and none that does not exist", () => {
  expect(sections).toHaveLength(Object.keys(documented).length);
  expect(Object.keys(documented).sort()).toEqual(Object.keys(catalogue).sort());
});

test.each(Object.entries<Entry>(catalogue))("%s is documented as it is", (code, { name, says, remedy }) => {
  expect(documented[code]).toMatchObject({ name, says, remedy });
  expect(documented[code]?.when).not.toBe("");
});

test("each error is a class that users can import", () => {
  const missing = Object.values(catalogue).filter(({ name }) => !(name in heddle));
  expect(missing).toEqual([]);
});
