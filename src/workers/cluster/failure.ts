/** What is said of clusters that cannot be worked on, and of calls that they do not execute. */
import { constants } from "node:os";
import { ClusterCallError, ClusterError, CrashedError } from "../../errors.ts";
import type { ClusterSettings } from "./engine.ts";

type Named = Pick<ClusterSettings, "name" | "python" | "package" | "node">;

/** `kind`: the word of the bridge for what went wrong. */
export function brokenBy(settings: Named, kind: string, text: string): Error {
  const { name, python } = settings;
  const hints: Readonly<Record<string, string>> = {
    package: `Install it for that Python: ${python} -m pip install ${settings.package}. Or name another by { python: "…" }.`,
    address: "See that the cluster listens there, and that this machine may connect to it.",
    version: 'Let the bridge run the Python that the cluster has: name it by { python: "…" }.',
    factory: `It is written "module:name", and has to be installed for ${python}.`,
    cluster: "Try the same factory in Python: what it says there is all that is known.",
    lost: "See what became of the cluster.",
  };
  const problem = kind === "package" ? `${python} lacks what the bridge needs (${text})` : text.trim();
  return new ClusterError({ runner: name, problem, hint: hints[kind] ?? "This is all that the bridge said." });
}

export function endedEarly({ name, python }: Named, cause: string, words: string, missing: boolean): Error {
  if (missing) {
    const problem = `there is no program ${python}`;
    return new ClusterError({ runner: name, problem, hint: 'Install Python, or name it by { python: "…" }.' });
  }
  return new ClusterError({ runner: name, problem: `the bridge ended with ${cause}`, hint: `It said:\n${words}` });
}

export function withoutNode({ name }: Named, task: string, where: string, text: string): Error {
  const hint = 'Install Node on every machine of the cluster, or name the program by { node: "…" }.';
  return new ClusterCallError({ runner: name, task, problem: `there is no Node on ${where} (${text})`, hint });
}

export function withoutWorker({ name }: Named, task: string, where: string, code: number, words: string): Error {
  const problem = `Node on ${where} ended with ${endOf(code)} before it was a worker`;
  const hint = `heddle has to be there under the same path, and Node has to be 20.19 or later. It said:\n${words.trim()}`;
  return new ClusterCallError({ runner: name, task, problem, hint });
}

export function withoutResource({ name }: Named, task: string, wanted: string, workers: number): Error {
  const those = name === "ray" ? "nodes" : "workers";
  const problem = `none of the ${workers} ${those} has ${wanted}`;
  const hint = `Start ${those} with these resources, or ask for less: a call has what its labels ask for.`;
  return new ClusterCallError({ runner: name, task, problem, hint });
}

export function died(task: string, code: number, words: string): Error {
  const hint =
    words.trim() === ""
      ? "Look for process.exit, native code and a shortage of memory in what the task runs."
      : `Its last words:\n${words.trim().replace(/^/gm, "    ")}`;
  return new CrashedError({ task, cause: endOf(code), hint });
}

export function givenUp({ name }: Named, task: string, text: string): Error {
  return new CrashedError({ task, cause: text, hint: `So said ${name}, which had tried it on other workers before.` });
}

/** As Python gives it: a signal is a negative number. */
export function endOf(code: number): string {
  if (code >= 0) return `exit code ${code}`;
  const signal = Object.entries(constants.signals).find(([, number]) => number === -code);
  return `signal ${signal?.[0] ?? -code}`;
}
