/** What comes of a target's outcome: outputs in their places, and a record. */
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { markOf, resultDigest } from "../../codec/digest.ts";
import { whole } from "../../codec/large.ts";
import { pack } from "../../codec/pack.ts";
import type { Packed } from "../../codec/packed.ts";
import { UnpublishedError } from "../../errors.ts";
import type { Facts } from "../facts/facts.ts";
import type { TargetFacts } from "../freshness/judge.ts";
import type { KeptResult, TargetRecord } from "../freshness/record.ts";
import type { TargetNode } from "../graph/node.ts";
import { recordable } from "../growth/grow.ts";
import type { Move } from "../records/log.ts";
import { putDown } from "../work/carry.ts";
import type { Made, MadeOutput } from "../work/job.ts";
import { STAGE } from "../work/stage.ts";

export interface Landing {
  readonly node: TargetNode;
  readonly made: Made;
  /** What was known when it began. */
  readonly facts: TargetFacts;
  readonly ms: number;
  readonly run: string;
}

/** @throws UnpublishedError */
export function land({ node, made, facts, ms, run }: Landing, { records, code }: Facts): void {
  const { name, identity, makes } = node;
  const { places, files } = records;
  const record: TargetRecord = {
    identity,
    name,
    code: facts.code,
    reads: facts.reads,
    makes: makes.map(({ at, path }, i) => ({ at, path, digest: made.outputs[i]!.digest, size: made.outputs[i]!.size })),
    result: resultOf(made.value, name),
    returned: recordable(made.returned, places),
    ms,
    at: Date.now(),
    run,
  };
  code.keep(code.of(node.target.family));
  try {
    const outputs =
      made.carried === null ? made.outputs : unloaded(node, made, `${run}.0`, places.absolute.bind(places));
    const moves = makes.map(({ kind, path }, i): Move => ({ kind, from: places.of(outputs[i]!.from), to: path }));
    records.publish(
      record,
      moves.filter(({ from, to }) => from !== to),
    );
  } catch (error) {
    const hint = "See to it that the folder can be written to, and that there is room.";
    throw new UnpublishedError({ target: name, problem: (error as Error).message, hint }, { cause: error });
  }
  for (const [i, { kind, path }] of makes.entries()) {
    const { digest, size, files: within } = made.outputs[i]!;
    for (const [inside, ...state] of within ?? []) files.made(`${path}/${inside}`, "file", ...state);
    files.made(path, kind, digest, size);
  }
}

function resultOf(value: unknown, name: string): KeptResult | null {
  if (value === undefined) return null;
  const subject = { task: name, role: "result" } as const;
  const packed = whole(pack({ value }, subject) as Packed);
  const { tag, data } = packed;
  if (typeof data === "string") return { mark: resultDigest(packed), tag, data };
  // Equal values have not always equal bytes: it makes a difference whether they have travelled.
  return { mark: markOf(value, subject, null).text, tag, data: Buffer.from(data).toString("base64") };
}

/** Files that were made on another disk are put beside their places here. */
function unloaded(
  { makes }: TargetNode,
  { outputs, carried }: Made,
  stage: string,
  absolute: (place: string) => string,
): readonly Pick<MadeOutput, "from">[] {
  return makes.map(({ kind, path }, i) => {
    const there = outputs[i]!.from;
    const from = join(dirname(absolute(path)), STAGE, stage, basename(path));
    mkdirSync(kind === "dir" ? from : dirname(from), { recursive: true });
    for (const file of carried!) {
      const isPart = kind === "dir" ? file.path.startsWith(`${there}/`) : file.path === there;
      if (!isPart) continue;
      putDown(file, from + file.path.slice(there.length));
    }
    return { from };
  });
}
