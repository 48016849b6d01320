/**
 * The recorded ratios as a picture, on a logarithmic scale: for each row a bar to the best peer, a dot for each other
 * one, and a mark for the floor.
 */
import { scaleLog } from "d3-scale";
import { isPeer } from "./figures.mjs";
import { number } from "./numbers.mjs";

const WIDTH = 880;
const LEFT = 350;
const RIGHT = 690;
const TOP = 122;
const LINE = 24;

export function picture(recorded) {
  const rows = Object.values(recorded).map(drawable).filter(Boolean);
  const ratios = rows.flatMap(({ best, others, floor }) => [best, ...others, ...(floor ? [floor] : [])]);
  const all = ratios.map(({ ratio }) => ratio);
  const x = scaleLog([Math.min(...all, 0.5), Math.max(...all, 2)], [LEFT, RIGHT]).nice();
  const bottom = TOP + rows.length * LINE;
  const parts = [...axis(x, bottom), ...rows.flatMap((row, i) => line(row, x, TOP + (i + 0.5) * LINE))];
  return frame(bottom + 34, parts);
}

/** A row has something to show if a peer did it too. */
function drawable({ title, ratios }) {
  const lines = Object.entries(ratios).map(([who, kept]) => ({ who, ...kept }));
  const [best, ...others] = lines.filter(isPeer).sort((a, b) => a.ratio - b.ratio);
  return best && { title, best, others, floor: lines.find(({ who }) => who === "floor") };
}

function axis(x, bottom) {
  const [low, high] = x.domain();
  const powers = [];
  for (let power = Math.ceil(Math.log10(low)); 10 ** power <= high * 1.001; power++) powers.push(10 ** power);
  return powers.flatMap(value => [
    `<path class="${value === 1 ? "one" : "grid"}" d="M${at(x(value))} ${TOP - 6}V${bottom}"/>`,
    `<text class="soft" x="${at(x(value))}" y="${TOP - 12}" text-anchor="middle">${value === 1 ? "heddle" : `${value} x`}</text>`,
  ]);
}

function line({ title, best, others, floor }, x, y) {
  const from = Math.min(x(1), x(best.ratio));
  const length = Math.max(1, Math.abs(x(best.ratio) - x(1)));
  return [
    `<text x="${LEFT - 14}" y="${at(y + 4)}" text-anchor="end">${escaped(title)}</text>`,
    `<rect class="${best.ratio >= 1 ? "ahead" : "behind"}" x="${at(from)}" y="${at(y - 5)}" width="${at(length)}" height="10"/>`,
    ...others.map(
      ({ who, ratio }) => `<circle class="dot" cx="${at(x(ratio))}" cy="${at(y)}" r="3">${named(who, ratio)}</circle>`,
    ),
    ...(floor
      ? [`<path class="floor" d="M${at(x(floor.ratio))} ${at(y - 7)}v14">${named("floor", floor.ratio)}</path>`]
      : []),
    `<text x="${RIGHT + 14}" y="${at(y + 4)}">${number(best.ratio)} x ${escaped(best.who)}</text>`,
  ];
}

function frame(height, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" font-size="12">
<title>How many times better heddle is than its peers</title>
<style>
text { fill: #2b2a27 } .soft { fill: #6b685f } .card { fill: #fffdf8; stroke: #ddd6c6 } .grid { stroke: #e6e0d2 }
.one { stroke: #2b2a27 } .ahead { fill: #0072b2 } .behind { fill: #d55e00 } .dot { fill: #7d7a72 } .floor { stroke: #7d7a72; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e8e6e1 } .soft { fill: #a5a29a } .card { fill: #1d1f22; stroke: #3a3d42 } .grid { stroke: #33363b }
.one { stroke: #e8e6e1 } .ahead { fill: #4aa8e0 } .behind { fill: #f08a4b } .dot, .floor { fill: #9a978f } .floor { stroke: #9a978f }
}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10"/>
<text x="30" y="44" font-size="22" font-weight="700">How many times better heddle is than its peers</text>
<text class="soft" x="30" y="68" font-size="13">Bar: the best peer of each row. Dots: the others. Mark: the floor, the least that Node can do. Logarithmic.</text>
${parts.join("\n")}
</svg>
`;
}

const named = (who, ratio) => `<title>${escaped(who)}: ${number(ratio)} x</title>`;
const at = coordinate => String(Math.round(coordinate * 10) / 10);
const escaped = text => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
