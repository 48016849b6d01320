import { whole } from "../units.mjs";
import { command } from "./starts.mjs";

export default command("flow.js", [], {
  title: "heddle run of a trivial flow in JavaScript, the whole process",
  unit: whole,
  goal: { floor: 2.5 },
});
