import { digestBytes } from "../codec/digest.ts";
import type { Memo } from "../store/entry.ts";
import { analyse as analyseText } from "./closure/analyse.ts";
import { closureOf } from "./closure/closure.ts";
import { Records } from "./closure/records.ts";
import type { Project } from "./code/project.ts";
import type { Code } from "./code.ts";
import type { Analysis } from "./codes.ts";

/** How the code of tasks is worked out from the files of a project. */
export function analyse(project: Project, memo: Memo | null): Analysis {
  const records = new Records(project, memo);
  return {
    inModule: (task, mode) => closureOf(project, records, task, mode),
    ofText: (text, mode): Code => {
      const { tasks } = analyseText("text.ts", `import { task } from "heddle"; task("t", ${text});`);
      const parameters = tasks[0]?.parameters ?? { names: [], open: true, defaults: [] };
      if (mode === "none") return { digest: digestBytes("none"), parts: [], loose: [], unseen: [], parameters };
      const loose = ["it is in no file, so that only the text of its function counts."];
      const part = { file: "(no file)", name: "(function)", digest: digestBytes(text).slice(0, 16) };
      return { digest: digestBytes(text), parts: [part], loose, unseen: [], parameters };
    },
  };
}
