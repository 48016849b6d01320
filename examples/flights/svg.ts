export type Attributes = Readonly<Record<string, string | number>>;

/** An element of SVG; `inside` is markup: pass text through `plain`. */
export function element(name: string, attributes: Attributes, inside = ""): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`);
  const start = `<${name}${written.join("")}`;
  return inside === "" ? `${start}/>` : `${start}>${inside}</${name}>`;
}

export function text(x: number, y: number, inside: string, attributes: Attributes): string {
  return element("text", { x, y, ...attributes }, inside);
}

export function path(d: string, attributes: Attributes): string {
  return element("path", { d, ...attributes });
}

/** Makes any text safe to stand in markup. */
export function plain(raw: string): string {
  return raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Tenths of a pixel are enough, and keep the file small. */
function attribute(value: string | number): string {
  return typeof value === "number" ? String(Number(value.toFixed(1))) : value;
}
