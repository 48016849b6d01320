import type { Future, Outcome } from "../task/types.ts";

/** How a call ends, which is cancelled when `signal` is aborted. */
export async function whileWanted(call: Future<unknown>, signal: AbortSignal): Promise<Outcome<unknown>> {
  const cancel = () => void call.cancel((signal.reason as Error).message);
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await call.settled();
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
