/** Links between the pages lead to files and headings that exist. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { pages, root } from "./extract.ts";

/** Without code, in which brackets are no links. */
function prose(page: string): string {
  return readFileSync(join(root, page), "utf8").replace(/^```.*?^```/gms, "");
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(pages())("%s", page => {
  const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]!);
  const broken = links.filter(link => {
    if (/^https?:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : relative(root, join(root, dirname(page), path));
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test("every page of docs is in its index", () => {
  const index = prose("docs/README.md");
  const listed = (page: string) => index.includes(`(${relative("docs", page)})`);
  expect(pages().filter(page => page.startsWith("docs/") && page !== "docs/README.md" && !listed(page))).toEqual([]);
});
