/** The graph of a run that was planned; see `heddle graph`. */
export interface Plan {
  readonly calls: readonly PlannedCall[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** Flows that are planned only up to a value which would have to be computed. */
  readonly unfinished: readonly string[];
  /** How many calls are in which state. */
  summary(): Readonly<Record<PlannedCall["state"], number>>;
  toMermaid(): string;
  toDot(): string;
  toSvg(): Promise<string>;
  toJSON(): unknown;
}

export interface PlannedCall {
  readonly id: string;
  readonly task: string;
  readonly kind: "task" | "flow";
  readonly state: "hit" | "run" | "mayRun" | "unknown";
  readonly reason: string;
  readonly key: string | null;
  readonly parent: string | null;
}
