import type { Server } from "./serve.ts";

/** Nobody hears this process any more, so that it can only say so elsewhere, and end. */
export function endUnheard({ message }: Error): void {
  console.error(`heddle: the channel to the coordinator broke: ${message}`);
  process.exit(1);
}

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
