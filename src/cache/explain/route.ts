/** Where a part stands in a value: kept as a chain, and written only when somebody asks. */

type Via = "property" | "item" | "get" | "has" | "key" | "value";

export interface Route {
  readonly above: Route | null;
  readonly via: Via;
  readonly key: unknown;
}

export function step(above: Route | null, via: Via, key: unknown): Route {
  return { above, via, key };
}

/** Steps shown of a route that is longer than this: half of them at each end. */
const MOST_STEPS = 20;
const LONGEST_KEY = 40;

/** As one would write it in code, without what the value itself is called: `rows[3].name`; "" for the value itself. */
export function routeText(route: Route | null): string {
  const steps: string[] = [];
  for (let at = route; at !== null; at = at.above) steps.push(stepText(at));
  if (steps.length > MOST_STEPS) steps.splice(MOST_STEPS / 2, steps.length - MOST_STEPS, " … ");
  return steps.reverse().join("").replace(/^\./, "");
}

function stepText({ via, key }: Route): string {
  switch (via) {
    case "property":
      return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(String(key)) ? `.${cut(String(key))}` : `[${literal(key)}]`;
    case "item":
      return `[${String(key)}]`;
    case "key":
      return `.keys()[${String(key)}]`;
    case "value":
      return `.values()[${String(key)}]`;
    default:
      return `.${via}(${literal(key)})`;
  }
}

function literal(key: unknown): string {
  if (typeof key === "string") return JSON.stringify(cut(key));
  if (Object.is(key, -0)) return "-0";
  return typeof key === "bigint" ? `${key}n` : cut(String(key));
}

function cut(text: string): string {
  return text.length <= LONGEST_KEY ? text : `${text.slice(0, LONGEST_KEY - 1)}…`;
}
