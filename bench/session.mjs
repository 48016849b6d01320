/** The measuring of some rows, one after the other. */
import { figures } from "./figures.mjs";
import { machine, versions } from "./machine.mjs";
import { number } from "./numbers.mjs";
import { Progress } from "./progress.mjs";
import { measureRow } from "./rounds.mjs";
import { table } from "./table.mjs";

/** Gives each row's figures; says on stderr how far it is. */
export async function session(rows, { rounds, calls, add, python, earlier, recorded, print, onRow }) {
  const about = { machine: machine(), versions: { ...versions(), ...python?.versions } };
  const { node, ...others } = about.versions;
  const listed = Object.entries(others).map(([name, version]) => `${name} ${version}`);
  print(`${about.machine.cores} cores, Node ${node}; ${listed.join(", ")}${rounds ? `; medians of ${rounds}` : ""}\n`);
  const plan = rows.map(row => ({
    name: row.name,
    count: (rounds ?? row.rounds) * Object.keys(row.contenders).length,
    seconds: recorded[row.name]?.seconds,
  }));
  const progress = new Progress(plan, text => process.stderr.write(`${text}\n`));
  const done = [];
  for (const row of rows) {
    const options = { rounds: rounds ?? row.rounds, calls: calls ?? row.calls, python };
    const same = one => one.name === row.name && one.calls === options.calls;
    const before = add ? earlier.find(same) : undefined;
    done.push({ ...(await rowOf(row, before, options, progress, about.versions)), ...about });
    onRow(done);
  }
  return done;
}

async function rowOf(row, before, { rounds, calls, python }, progress, versions) {
  const first = before?.measured.heddle.length ?? 0;
  const began = performance.now();
  const onMeasured = ({ round, who, result }) => progress.measured(row.name, round - first, who, said(row, result));
  const { measured, skipped } = await measureRow(row, { rounds, first, calls, python, onMeasured });
  const seconds = (performance.now() - began) / 1_000 / rounds / Object.keys(row.contenders).length;
  const all = before === undefined ? measured : joined(before.measured, measured);
  const { name, title, short = title, of, floor, goal, unit } = row;
  const lines = [...figures(all, unit), ...Object.entries(skipped).map(([who, why]) => ({ who, skipped: why }))];
  lines.sort((a, b) => row.order.indexOf(a.who) - row.order.indexOf(b.who));
  const known = {
    name,
    title,
    short,
    calls,
    of,
    floor,
    goal,
    unit,
    rounds: first + rounds,
    seconds,
    lines,
    measured: all,
  };
  return { ...known, text: table(known, versions) };
}

/** The later rounds behind the earlier ones; who was not there in some has null for them. */
function joined(earlier, later) {
  const names = [...new Set([...Object.keys(earlier), ...Object.keys(later)])];
  const of = (rounds, who) => rounds[who] ?? rounds.heddle.map(() => null);
  return Object.fromEntries(names.map(who => [who, [...of(earlier, who), ...of(later, who)]]));
}

function said({ unit }, result) {
  if (result === null) return "did not finish";
  return result.missing === undefined ? `${number(result.value)} ${unit.name}` : `left out: ${result.missing}`;
}
