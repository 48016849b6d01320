import type { SettledState } from "../../events/event.ts";
import { now } from "../../run/clock.ts";
import type { FlowScope } from "../../run/scope.ts";
import { sayReasons } from "../freshness/say.ts";
import type { TargetNode } from "../graph/node.ts";
import type { Found } from "./survey.ts";

/** Targets that ended without being submitted, to be told of together. */
export class Told {
  private readonly groups = new Map<
    string,
    { readonly nodes: TargetNode[]; readonly reasons: (readonly string[])[] }
  >();

  add(node: TargetNode, found: Found): void {
    const key = `${found.state} ${node.target.family.definition.identity}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { nodes: [], reasons: [] };
      this.groups.set(key, group);
    }
    group.nodes.push(node);
    if (found.state === "skipped") group.reasons.push([found.why]);
    else if (found.state === "persisted") group.reasons.push(sayReasons(found.reasons));
  }

  tell(scope: FlowScope): void {
    const { admissions, columns } = scope.run;
    for (const [key, { nodes, reasons }] of this.groups) {
      const state = key.slice(0, key.indexOf(" ")) as SettledState;
      const first = admissions!.introduce(nodes[0]!.target.family.definition, nodes.length, scope);
      const calls = nodes.map((_, at) => first + at);
      const names = nodes.map(({ name }) => name);
      columns.emit({ type: "settled", at: now(), state, calls, names, ...(reasons.length > 0 && { reasons }) });
    }
  }
}
