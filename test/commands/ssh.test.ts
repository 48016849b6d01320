/** A command that does with its words as ssh does: it joins them by spaces, and a login shell elsewhere runs that. */
import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as tasks from "../fixtures/commands/tasks.mjs";
import { both, channel, folder, gone, linesOf, sh, watched } from "./rig.ts";

const ssh = (home: string) =>
  sh(
    `shift; cd ${home} && exec env -i HOME=${home} USER=me SHELL=/bin/sh PATH=/usr/bin:/bin /bin/sh -lc "exec 3>&- 4>&- 5>&-; echo welcome; $*"`,
    "ssh.sh",
  );

/** Node, and the folder of the run, where paths have a space in them. */
function spaced() {
  const place = join(folder(), "my data");
  mkdirSync(place);
  symlinkSync(process.execPath, join(place, "node"));
  return { node: join(place, "node"), settings: { cache: { folder: join(place, "runs") } } };
}

describe.each(both)("as by ssh, per %s", per => {
  test("it just works where paths are plain: in the home directory, with another environment", async () => {
    const home = folder();
    const prefix = { gpu: { command: [ssh(home), "host"], per, env: { COLOUR: "red" } } };
    const { result } = watched(() => tasks.where.submit(["HOME", "COLOUR"]), { prefix });
    expect(await result).toMatchObject({ cwd: realpathSync(home), env: { HOME: home, COLOUR: undefined } });
  });

  test("{worker} is quoted for the shell, and may stand in a line of it, with directory and variables", async () => {
    const { node, settings } = spaced();
    const there = folder();
    const command = [ssh(folder()), "host", `cd ${there} && COLOUR='dark red' exec {worker}`];
    const { result } = watched(
      () => tasks.where.submit(["COLOUR"]),
      { prefix: { gpu: { command, per, node } } },
      settings,
    );
    expect(await result).toMatchObject({ cwd: realpathSync(there), env: { COLOUR: "dark red" } });
  });

  test("without it, what the shell takes apart is an error that says so", async () => {
    const { node, settings } = spaced();
    const command = [ssh(folder()), "host"];
    const { result } = watched(
      () => tasks.double.submit(1).settled(),
      { prefix: { gpu: { command, per, node } } },
      settings,
    );
    const { error } = (await result) as { error: Error & { code: string } };
    expect(error.code).toBe("COMMAND_FAILED");
    expect(error.message).toContain("words that a shell takes apart");
    expect(error.message).toContain("ssh HOST {worker}");
  });

  test("a call that is cancelled leaves nothing there", async () => {
    const line = await channel();
    const pids = join(folder(), "pids");
    const command = `${ssh(folder())} host {worker}`;
    const { result } = watched(
      async () => {
        const future = tasks.spins.submit(line.address, pids);
        await line.reached("spinning");
        future.cancel();
        return future.wait();
      },
      { prefix: { gpu: { command, per } } },
    );
    expect(await result).toBe("cancelled");
    await gone(...(await linesOf(pids)));
  });
});
