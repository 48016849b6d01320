/**
 * The side of the channel that tasks use, in whichever thread or process they run. A task says that it has come to a
 * point (`tell`), or waits there until the test lets it go on (`gate`).
 */
import { connect } from "node:net";

/** Resolves when the test has heard it; so a task may block its thread right after. */
export function tell(address, point) {
  return ask(address, ["tell", point]);
}

/** Resolves when the test opens the point; rejects when `signal` aborts, and tells so, before anything else can happen. */
export function gate(address, point, signal) {
  return ask(address, ["gate", point], signal);
}

function ask(address, message, signal) {
  return new Promise((resolve, reject) => {
    const socket = connect(address, () => socket.write(`${JSON.stringify(message)}\n`));
    const leave = () => {
      const [reason] = signal.reason.message.split("\n");
      socket.end(`${JSON.stringify(["tell", `${message[1]} stopped: ${reason}`])}\n`);
      reject(signal.reason);
    };
    socket.on("data", () => {
      signal?.removeEventListener("abort", leave);
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
    socket.on("end", () => reject(new Error(`the test ended while a task waited at ${message[1]}`)));
    if (signal?.aborted) leave();
    else signal?.addEventListener("abort", leave, { once: true });
  });
}
