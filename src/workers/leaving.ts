import type { Server } from "./serve.ts";

/** Where a process ends itself in ways of which Node does not tell, what it has to say is said first. */
export function flushBeforeEnd(server: Server): void {
  const { kill, abort } = process;
  process.kill = (pid, signal) => {
    if (pid === process.pid) server.flush();
    return kill.call(process, pid, signal);
  };
  process.abort = () => {
    server.flush();
    return abort.call(process);
  };
}
