/** Child processes that read arrays of inputs from a pipe, a line of JSON each, and write arrays of results. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chunks } from "./chunks.mjs";
import { eachLine } from "./lines.mjs";

export const from = "node";

export const places = {
  processes: async measure => {
    const file = fileURLToPath(new URL("./process.mjs", import.meta.url));
    const children = [0, 1].map(() =>
      spawn(process.execPath, [file], { stdio: ["ignore", "inherit", "inherit", "pipe"] }),
    );
    const far = children.map(({ stdio: [, , , pipe] }) => {
      let heard = () => {};
      eachLine(pipe, line => heard(JSON.parse(line)));
      return {
        send: inputs => pipe.write(`${JSON.stringify(inputs)}\n`),
        receive: listener => {
          heard = listener;
        },
        stop: () => {},
      };
    });
    let calls = 0;
    // To one and the other in turn.
    const call = x =>
      new Promise(resolve => {
        const child = far[calls++ % far.length];
        child.receive(([result]) => resolve(result));
        child.send([x]);
      });
    try {
      return await measure({ call, ...chunks(far) });
    } finally {
      for (const child of children) child.stdio[3].end();
    }
  },
};
