/** What the doctor found out about one thing. */
export interface Finding {
  readonly name: string;
  /** "note" for what is only worth knowing. */
  readonly state: "ok" | "note" | "wrong";
  readonly detail: string;
  /** What to do. */
  readonly remedy?: string;
}

/** An error as one of the doctor's findings. */
export function wrong(name: string, error: unknown): Finding {
  const { code, short, remedy } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    short?: unknown;
    remedy?: unknown;
  };
  const detail =
    typeof short === "string" ? short : error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // The remedy for workers that do not start is to ask the doctor.
  const useful = typeof remedy === "string" && remedy !== "" && code !== "WORKER_START";
  return { name, state: "wrong", detail, ...(useful && { remedy }) };
}
