import type { Future, Outcome } from "../task/types.ts";
import type { Stop } from "./stop.ts";

/** How a call ends, which is cancelled when it is to stop. */
export async function whileWanted(call: Future<unknown>, stop: Stop): Promise<Outcome<unknown>> {
  const end = stop.hear(({ message }) => void call.cancel(message));
  try {
    return await call.settled();
  } finally {
    end();
  }
}
