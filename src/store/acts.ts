/** What is done while no other process writes to an index, and who is told what came of it. */

export interface Act {
  readonly frees: boolean;
  readonly bytes: number;
  readonly act: () => unknown;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
  result: unknown;
  error: Error | null;
}

export function perform(act: Act, wrap: (error: unknown) => Error): void {
  try {
    act.result = act.act();
  } catch (error) {
    act.error = wrap(error);
  }
}

export function settle({ done, failed, result, error }: Act): void {
  if (error === null) done(result);
  else failed(error);
}

export function fail(acts: readonly Act[], error: Error): void {
  for (const { failed } of acts) failed(error);
}
