import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { Plan, type PlanCall, type PlanEdge, type PlanState } from "../../src/graph/plan.ts";

function call(id: string, state: PlanState, parent: string | null = "main-1", more: Partial<PlanCall> = {}): PlanCall {
  const task = id.replace(/-\d+$/, "");
  return { id, task, kind: "task", state, reason: state === "hit" ? "" : "never run", key: null, parent, ...more };
}

function flow(id: string, state: PlanState, parent: string | null = null): PlanCall {
  return call(id, state, parent, { kind: "flow" });
}

const SMALL = new Plan({
  calls: [
    flow("main-1", "run"),
    call("fetch-1", "hit"),
    call("parse-1", "run", "main-1", { reason: "code changed: parse in src/parse.ts" }),
    flow("each-1", "mayRun", "main-1"),
    call("score-1", "mayRun", "each-1"),
    call("score", "unknown", "each-1"),
    flow("sub-1", "hit", "main-1"),
  ],
  edges: [
    { from: "fetch-1", to: "parse-1" },
    { from: "parse-1", to: "each-1" },
    { from: "parse-1", to: "each-1" },
    { from: "score-1", to: "score" },
    { from: "each-1", to: "sub-1" },
    { from: "score-1", to: "each-1" },
    { from: "gone-1", to: "each-1" },
  ],
  unfinished: ["each-1"],
});

/** A map of `count` calls, one in ten of which would run, and what takes them. */
function wide(count: number): Plan {
  const calls: PlanCall[] = [flow("main-1", "run")];
  const edges: PlanEdge[] = [];
  for (let i = 1; i <= count; i += 1) {
    calls.push(call(`score-${i}`, i % 10 === 0 ? "run" : "hit"));
    edges.push({ from: `score-${i}`, to: "total-1" });
  }
  return new Plan({ calls: [...calls, call("total-1", "mayRun")], edges, unfinished: [] });
}

describe("as data", () => {
  test("the summary counts what is not counted through its own calls", () => {
    expect(SMALL.summary()).toEqual({ hit: 2, run: 1, mayRun: 1, unknown: 1 });
    expect(new Plan({ calls: [], edges: [], unfinished: [] }).summary()).toEqual({
      hit: 0,
      run: 0,
      mayRun: 0,
      unknown: 0,
    });
  });

  test("JSON holds everything", () => {
    const data = JSON.parse(JSON.stringify(SMALL));
    expect(data).toEqual({
      summary: { hit: 2, run: 1, mayRun: 1, unknown: 1 },
      calls: SMALL.calls,
      edges: SMALL.edges,
      unfinished: ["each-1"],
    });
    expect(new Plan(data).toMermaid()).toBe(SMALL.toMermaid());
  });
});

describe("drawings", () => {
  test("mermaid", () => {
    expect(SMALL.toMermaid()).toMatchInlineSnapshot(`
      "flowchart LR
        subgraph n0["main-1"]
          n1("fetch-1")
          n2["parse-1"]
          subgraph n3["each-1<br/>planned in part"]
            n4["score-1"]
            n5["score"]
          end
          n6[["sub-1"]]
        end
        n1 --> n2
        n2 --> n3
        n4 --> n5
        n3 --> n6
        subgraph legend["Legend"]
          legend_hit["hit#58; taken from the cache"]
          legend_run["run#58; will be executed"]
          legend_mayRun["may run#58; depends on results that are not there yet"]
          legend_unknown["unknown#58; calls that cannot be told yet"]
        end
        classDef hit fill:#d8efe4,stroke:#007a5a,stroke-width:1px,color:#000000
        class n1,n6,legend_hit hit
        classDef run fill:#fbdcc0,stroke:#a84300,stroke-width:3px,color:#000000
        class n2,legend_run run
        classDef runFrame fill:none,stroke:#a84300,stroke-width:3px
        class n0 runFrame
        classDef mayRun fill:#fbf3c4,stroke:#7a6400,stroke-width:2px,stroke-dasharray:7 4,color:#000000
        class n4,legend_mayRun mayRun
        classDef mayRunFrame fill:none,stroke:#7a6400,stroke-width:2px,stroke-dasharray:7 4
        class n3 mayRunFrame
        classDef unknown fill:#ececec,stroke:#5a5a5a,stroke-width:2px,stroke-dasharray:2 3,color:#000000
        class n5,legend_unknown unknown
      "
    `);
  });

  test("dot", () => {
    expect(SMALL.toDot()).toMatchInlineSnapshot(`
      "digraph plan {
        graph [rankdir=LR, compound=true, fontname=Helvetica, fontsize=11];
        node [shape=box, height=0.3, margin="0.12,0.06", fontname=Helvetica, fontsize=11, fontcolor=black];
        edge [color="#404040", arrowsize=0.7];
        subgraph cluster_0 {
          graph [label="main-1", style="rounded,solid", color="#a84300", penwidth=3, tooltip="never run"];
          n1 [label="fetch-1", style="filled,rounded", fillcolor="#d8efe4", color="#007a5a", penwidth=1];
          n2 [label="parse-1", style="filled", fillcolor="#fbdcc0", color="#a84300", penwidth=3, tooltip="code changed: parse in src/parse.ts"];
          subgraph cluster_3 {
            graph [label="each-1\\nplanned in part", style="rounded,dashed", color="#7a6400", penwidth=2, tooltip="never run"];
            n4 [label="score-1", style="filled,dashed", fillcolor="#fbf3c4", color="#7a6400", penwidth=2, tooltip="never run"];
            n5 [label="score", style="filled,dotted", fillcolor="#ececec", color="#5a5a5a", penwidth=2, tooltip="never run"];
          }
          n6 [label="sub-1", style="filled,rounded", fillcolor="#d8efe4", color="#007a5a", penwidth=1, peripheries=2];
        }
        n1 -> n2;
        n2 -> n4 [lhead=cluster_3];
        n4 -> n5;
        n5 -> n6 [ltail=cluster_3];
        subgraph cluster_legend {
          graph [label="Legend", style=solid, color="#b0b0b0", penwidth=1];
          legend_hit [label="hit: taken from the cache", style="filled,rounded", fillcolor="#d8efe4", color="#007a5a", penwidth=1];
          legend_run [label="run: will be executed", style="filled", fillcolor="#fbdcc0", color="#a84300", penwidth=3];
          legend_mayRun [label="may run: depends on results that are not there yet", style="filled,dashed", fillcolor="#fbf3c4", color="#7a6400", penwidth=2];
          legend_unknown [label="unknown: calls that cannot be told yet", style="filled,dotted", fillcolor="#ececec", color="#5a5a5a", penwidth=2];
        }
      }
      "
    `);
  });

  test("svg names each call and says what states mean", async () => {
    const svg = (await SMALL.toSvg()).replaceAll("&#45;", "-");
    for (const text of ["fetch-1", "parse-1", "each-1", "planned in part", "hit: taken from the cache"]) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg).toContain("code changed: parse in src/parse.ts");
    expect(await SMALL.toSvg()).toBe(await SMALL.toSvg());
  });

  test("nothing at all can be drawn", async () => {
    const empty = new Plan({ calls: [], edges: [], unfinished: [] });
    expect(empty.toMermaid()).toBe("flowchart LR\n");
    expect(await empty.toSvg()).toContain("<svg");
  });
});

test("without the package that draws, the error says what to install", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "heddle-plan-"));
  try {
    // A copy that finds no packages.
    cpSync("src/graph", path.join(folder, "src/graph"), { recursive: true });
    cpSync("src/errors.ts", path.join(folder, "src/errors.ts"));
    cpSync("src/catalogue.ts", path.join(folder, "src/catalogue.ts"));
    writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
    const program = `import { Plan } from "./src/graph/plan.ts";
      new Plan({ calls: [], edges: [], unfinished: [] }).toSvg().catch(error => console.log(error.code, error.message));`;
    writeFileSync(path.join(folder, "draw.ts"), program);
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const { stdout } = spawnSync(process.execPath, ["--import", tsx, "draw.ts"], { cwd: folder, encoding: "utf8" });
    expect(stdout).toMatch(/^DRAWING .*@viz-js\/viz, which is not installed\n.*npm install @viz-js\/viz/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("groups", () => {
  test("calls of one task become one node with counts where there are many", () => {
    const plan = wide(1000);
    expect(plan.toMermaid()).toContain('"score #215; 1,000<br/>900 hit, 100 run"');
    expect(plan.toMermaid()).not.toContain("score-1");
    expect(plan.toDot().match(/->/g)).toHaveLength(1);
    expect(plan.toMermaid()).toBe(plan.toMermaid({ group: true }));
    expect(plan.toMermaid({ group: false })).toContain("score-1000");
  });

  test("few are drawn one by one unless groups are asked for", () => {
    expect(wide(20).toMermaid()).toContain("score-20");
    expect(wide(20).toMermaid({ group: true })).toContain("score #215; 20");
  });

  test("flows that are alike are merged with what is in them", () => {
    const calls = [flow("main-1", "run")];
    for (let i = 1; i <= 300; i += 1) {
      calls.push(flow(`part-${i}`, "run", "main-1"), call(`a-${i}`, "hit", `part-${i}`));
      calls.push(call(`b-${i}`, "unknown", `part-${i}`));
    }
    const plan = new Plan({ calls, edges: [{ from: "a-1", to: "b-1" }], unfinished: ["part-2", "part-3"] });
    const dot = plan.toDot();
    expect(dot).toContain('label="part × 300\\n300 run\\n2 planned in part"');
    expect(dot).toContain('label="a × 300\\n300 hit"');
    expect(dot.split("\n").filter(line => /^ +n\d+ \[/.test(line))).toHaveLength(2);
  });

  test("a call alone of its task keeps its name", () => {
    expect(wide(500).toMermaid()).toContain('"total-1"');
  });

  test("a chain within a group is an edge to itself", () => {
    const calls = Array.from({ length: 300 }, (_, i) => call(`step-${i}`, "run", null));
    const edges = calls.slice(1).map(({ id }, i) => ({ from: `step-${i}`, to: id }));
    expect(new Plan({ calls, edges, unfinished: [] }).toMermaid()).toContain("n0 --> n0");
  });
});

describe("size", () => {
  test("100,000 calls are drawn as few", async () => {
    const plan = wide(100_000);
    expect(plan.summary()).toEqual({ hit: 90_000, run: 10_000, mayRun: 1, unknown: 0 });
    expect(plan.toMermaid()).toContain("90,000 hit, 10,000 run");
    expect(await plan.toSvg()).toContain("100,000");
  });

  test("too many for a picture", async () => {
    await expect(wide(6000).toSvg({ group: false })).rejects.toThrow(
      /12,002 nodes and edges are more than 3,000\n.*--group/,
    );
  });

  test("flows nested deeply overflow no stack", () => {
    const calls = Array.from({ length: 20_000 }, (_, i) => flow(`deep-${i}`, "run", i === 0 ? null : `deep-${i - 1}`));
    const plan = new Plan({ calls, edges: [], unfinished: [] });
    expect(plan.toDot({ group: false }).match(/subgraph cluster_\d/g)).toHaveLength(19_999);
    expect(plan.toMermaid({ group: true }).match(/^ +end$/gm)).toHaveLength(20_000);
  });
});
