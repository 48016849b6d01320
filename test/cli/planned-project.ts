/** A project whose tasks tell the test that they are executed, to be planned, run, edited and asked about. */
import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { Channel } from "../channel/channel.ts";
import { type Ended, type Project, project } from "./rig.ts";

const CLIENT = readFileSync(new URL("../channel/client.mjs", import.meta.url), "utf8");

const PIPELINE = `
  import { file, flow, task } from "heddle";
  import { tell } from "./client.mjs";
  import { normalise } from "./src/text.mjs";
  export const count = task("count", { cache: true }, async (at, doc) => {
    await tell(at, "count");
    return normalise(doc.text).length * (doc.options?.times ?? 1);
  });
  export const total = task("total", { cache: true }, async (at, ns) => {
    await tell(at, "total");
    return ns.reduce((a, b) => a + b, 0);
  });
  export const plain = task("plain", async (at, n) => { await tell(at, "plain"); return n; });
  export const brief = task("brief", { cache: { ttl: "1ms" } }, async (at, n) => { await tell(at, "brief"); return n; });
  export const large = task("large", { cache: true }, async (at, n) => {
    await tell(at, "large");
    return Array.from({ length: 100_000 }, (_, i) => i * n);
  });
  export const named = task("named", { cache: true, callName: "the {1} one" }, async (at, n) => { await tell(at, "named"); return n; });
  export const bad = task("bad", { cache: true }, async at => { await tell(at, "bad"); throw new Error("bad luck"); });
  export const written = task("written", { cache: true }, async (at, path) => { await tell(at, "written"); return file(path); });

  export default flow("main", (at, docs) => total.submit(at, docs.map(doc => count.submit(at, doc))));
  export const awaits = flow("awaits", async (at, docs) => {
    const sum = await total.submit(at, docs.map(doc => count.submit(at, doc)));
    return plain.submit(at, sum);
  });
  export const kept = flow("kept", { cache: true }, (at, docs) => docs.map(doc => count.submit(at, doc)));
  export const chain = flow("chain", (at, doc) => large.submit(at, count.submit(at, doc)).get("length"));
  export const fails = flow("fails", at => plain.submit(at, bad.submit(at)));
`;

const TEXT = `
  // What it does to texts.
  export const normalise = text => text.trim();
  export const unrelated = () => 1;
`;

export interface Told extends Ended {
  /** The tasks that were executed. */
  readonly executed: readonly string[];
}

export interface Planned extends Project {
  /** Runs a command that takes a flow and its inputs besides the channel. */
  command(name: string, target: string, inputs: readonly unknown[], ...more: string[]): Promise<Told>;
  /** What the helper that `count` reaches says from now on. */
  edit(body: string): void;
}

export async function plannedProject(): Promise<Planned> {
  const channel = await Channel.open();
  onTestFinished(() => channel.close());
  const made = project({ "pipeline.mjs": PIPELINE, "src/text.mjs": TEXT, "client.mjs": CLIENT });
  const command: Planned["command"] = async (name, target, inputs, ...more) => {
    const before = channel.heard.length;
    const args = ["--args", JSON.stringify([channel.address, ...inputs])];
    const ended = await made.heddle(name, `pipeline.mjs${target}`, ...args, ...more);
    return { ...ended, executed: channel.heard.slice(before).sort() };
  };
  const edit = (body: string) => made.write({ "src/text.mjs": TEXT.replace("text.trim()", body) });
  return { ...made, command, edit };
}
