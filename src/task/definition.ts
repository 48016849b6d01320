import type { TaskAddress } from "./runner.ts";
import type { CallOptions, FlowOptions } from "./types.ts";

/** Options as they are kept: those of tasks, calls and flows together, checked. */
export type AnyOptions = CallOptions<never, never> & Omit<FlowOptions<never, never>, keyof CallOptions>;

/** A task or flow as it was defined: the address by which workers find it, and its options. */
export interface Definition extends TaskAddress {
  readonly kind: "task" | "flow";
  readonly options: AnyOptions;
}
