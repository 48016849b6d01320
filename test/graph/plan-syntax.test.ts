/** Whatever calls are named, the real parsers read the drawings, and read the names back. */
import { instance } from "@viz-js/viz";
import DOMPurify from "dompurify";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { Plan, type PlanCall, type PlanState } from "../../src/graph/plan.ts";

const STATES: readonly PlanState[] = ["hit", "run", "mayRun", "unknown"];

interface Flowchart {
  getVertices(): Map<string, { text?: string; classes: string[] }>;
  getEdges(): { start: string; end: string }[];
  getSubGraphs(): { id: string; title: string; nodes: string[] }[];
}

let readMermaid: (text: string) => Promise<Flowchart>;
let graphviz: Awaited<ReturnType<typeof instance>>;

beforeAll(async () => {
  // Mermaid cleans labels with a library that wants a browser; here nothing is shown to anybody.
  Object.assign(DOMPurify, { sanitize: (text: string) => text, addHook: () => {} });
  const { default: mermaid } = await import("mermaid");
  mermaid.initialize({ startOnLoad: false });
  readMermaid = async text => {
    const { mermaidAPI } = mermaid;
    return (await mermaidAPI.getDiagramFromText(text)).db as unknown as Flowchart;
  };
  graphviz = await instance();
});

/** How Mermaid keeps entities until it draws. */
function decoded(text: string): string {
  return text.replace(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCodePoint(Number(code))).replaceAll("<br/>", "\n");
}

function drawnAs(format: "svg" | "json", dot: string): string {
  const { output, errors } = graphviz.render(dot, { format });
  // It warns of characters whose width it has to guess.
  expect(errors.filter(({ level, message }) => level === "error" || !/metrics|glyph|width/i.test(message))).toEqual([]);
  return output ?? "";
}

function drawnIds(db: Flowchart): Set<string> {
  const all = [...db.getVertices().keys(), ...db.getSubGraphs().map(({ id }) => id)];
  return new Set(all.filter(id => /^n\d/.test(id)));
}

function dotLabels(dot: string): string[] {
  const { objects } = JSON.parse(drawnAs("json", dot)) as { objects: { name: string; label: string }[] };
  return objects.filter(({ name }) => !name.includes("legend")).map(({ label }) => label);
}

/** A flow with another in it, and calls of these names in each. */
function planOf(names: readonly string[]): Plan {
  const calls: PlanCall[] = names.map((name, i) => ({
    id: name,
    task: name,
    kind: i < 2 ? "flow" : "task",
    state: STATES[i % 4]!,
    reason: name,
    key: null,
    parent: i === 0 ? null : names[i < 4 ? 0 : 1]!,
  }));
  const edges = names.slice(1).map((name, i) => ({ from: names[i]!, to: name }));
  return new Plan({ calls, edges, unfinished: [] });
}

const HARD = [
  'say "hi"',
  "a[0]",
  "a]b",
  "<b>bold</b>",
  "a & b &amp; c",
  "back\\slash\\n",
  "end",
  "subgraph",
  "style: x#35;y;",
  "classDef a:#1;",
  "1. list",
  "- list",
  "`code`",
  "**x** _y_ __z__",
  "%%{init: {}}%% comment",
  "ünïcödé 日本語 🎉",
  "fa:fa-car",
  "a --> b",
  "a | b",
  "{x} (y)",
  "\\N\\G",
  "#quot;",
  "ﬂ°°34¶ß",
  "a;b",
  "$$x^2$$",
  "it's @{ shape: circle }",
];

describe.each(HARD)("%j", name => {
  test("mermaid reads it back", async () => {
    const db = await readMermaid(planOf(["main-1", "inner-1", "other-1", "last-1", name]).toMermaid());
    const vertices = [...db.getVertices().values()].map(({ text }) => decoded(text ?? ""));
    expect(vertices).toContain(name);
    const asFlow = await readMermaid(planOf(["main-1", name, "a-1", "b-1", "c-1"]).toMermaid());
    expect(asFlow.getSubGraphs().map(({ title }) => decoded(title))).toContain(name);
  });

  test("Graphviz draws it as it is", () => {
    const svgOf = (plan: Plan) => drawnAs("svg", plan.toDot());
    const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(match => unescaped(match[1]!));
    const titles = (svg: string) => [...svg.matchAll(/xlink:title="([^"]*)"/g)].map(match => unescaped(match[1]!));
    const leaf = svgOf(planOf(["main-1", "inner-1", "other-1", "last-1", name]));
    expect(texts(leaf)).toContain(name);
    expect(titles(leaf)).toContain(name);
    expect(texts(svgOf(planOf(["main-1", name, "a-1", "b-1", "c-1"])))).toContain(name);
  });
});

function unescaped(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"' };
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(lt|gt|quot|amp);/g, (_, name: string) => named[name]!)
    .replaceAll("\u00a0", " ");
}

const anyName = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(..."\"\\[](){}<>|#;:%&`-=.~/*_^$@!'\n\ra1 ".split("")),
    minLength: 1,
    maxLength: 12,
  }),
);
const anyNames = fc.uniqueArray(anyName, { minLength: 6, maxLength: 8 });

test("no names break mermaid's syntax", async () => {
  await fc.assert(
    fc.asyncProperty(anyNames, fc.boolean(), async (names, group) => {
      const plan = planOf(names);
      const db = await readMermaid(plan.toMermaid({ group }));
      expect(db.getSubGraphs()).toHaveLength(3);
      expect(drawnIds(db)).toEqual(new Set(names.map((_, i) => `n${i}`)));
    }),
    { numRuns: 150 },
  );
});

test("no names break Graphviz's syntax", () => {
  fc.assert(
    fc.property(anyNames, fc.boolean(), (names, group) => {
      expect(dotLabels(planOf(names).toDot({ group }))).toHaveLength(names.length);
    }),
    { numRuns: 300 },
  );
});

/** Any forest of calls with any edges. */
const anyPlan = fc
  .array(
    fc.record({
      parent: fc.nat(),
      flow: fc.boolean(),
      task: fc.constantFrom("a", "b", "c"),
      state: fc.constantFrom(...STATES),
      needs: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map(rows => {
    const flows: string[] = [];
    const ids = rows.map(({ task }, i) => `${task}-${i}`);
    const calls = rows.map(({ parent, flow, task, state }, i): PlanCall => {
      const above = parent % (flows.length + 1);
      if (flow) flows.push(ids[i]!);
      const kind = flow ? "flow" : "task";
      return { id: ids[i]!, task, kind, state, reason: "", key: null, parent: flows.slice(0, -1)[above] ?? null };
    });
    const edges = rows.flatMap(({ needs }, to) => needs.map(from => ({ from: ids[from % ids.length]!, to: ids[to]! })));
    return new Plan({ calls, edges, unfinished: [] });
  });

test("any graph is read, by both, with the same nodes and edges", async () => {
  await fc.assert(
    fc.asyncProperty(anyPlan, fc.boolean(), async (plan, group) => {
      const dot = plan.toDot({ group });
      const db = await readMermaid(plan.toMermaid({ group }));
      const drawn = drawnIds(db);
      expect(dotLabels(dot)).toHaveLength(drawn.size);
      expect(dot.match(/->/g)?.length ?? 0).toBe(db.getEdges().length);
      expect(plan.toDot({ group })).toBe(dot);
      if (!group) expect(drawn.size).toBe(plan.calls.length);
    }),
    { numRuns: 150 },
  );
});
