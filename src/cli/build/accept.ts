/** `heddle accept`: takes the present state as up to date. */
import { accept } from "../../build/accept.ts";
import { planBuild } from "../../build/plan.ts";
import { plural } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson } from "../screen.ts";
import { look } from "./project.ts";
import type { ChoiceFlags } from "./wishes.ts";

export interface AcceptFlags extends ChoiceFlags {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Those that were chosen and are not fresh. What they need is not meant. */
export function acceptTargets(words: readonly string[], flags: AcceptFlags): Promise<ExitCode> {
  return look(
    words,
    flags,
    ({ project, config }) => {
      const { facts, selected } = project;
      const plan = planBuild(project, { forced: () => false, outside: config.build?.outside === true });
      const stale = plan.filter(({ state, node }) => state !== "fresh" && state !== "skipped" && selected(node));
      const nodes = stale.map(({ node }) => node);
      accept(facts, nodes);
      const names = nodes.map(({ name }) => name);
      if (flags.json === true) printJson({ accepted: names });
      else if (names.length === 0) print(["Everything is fresh already."]);
      else print([...names.map(name => `  ${oneLine(name)}`), `${plural(names.length, "target")} accepted`]);
      return EXIT.ok;
    },
    { change: true },
  );
}
