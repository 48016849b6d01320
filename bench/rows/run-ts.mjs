import { whole } from "../units.mjs";
import { command } from "./starts.mjs";

/** Where Node loads no TypeScript, tsx does it, for which there is no goal. */
const asItIs = process.features.typescript !== undefined && process.features.typescript !== false;

export default command("flow.ts", [], {
  title: `heddle run of a trivial flow in TypeScript, ${asItIs ? "which Node loads" : "by tsx"}, the whole process`,
  unit: whole,
  ...(asItIs ? { goal: { floor: 4 } } : {}),
});
