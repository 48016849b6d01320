/** The pure parts of the bench, which is plain JavaScript, with the types that the tests see of them. */

export interface Line {
  readonly who: string;
  readonly from?: string;
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  readonly ratio?: number;
  readonly spread?: number;
  readonly columns?: Record<string, number>;
  readonly failed?: boolean;
  readonly skipped?: string;
}

export interface Unit {
  readonly name: string;
  readonly more?: boolean;
}

export interface Kept {
  readonly from: string;
  readonly version: string;
  readonly ratio: number;
  readonly spread: number;
  readonly rounds: number;
}

export interface RecordedRow {
  readonly title?: string;
  readonly calls?: number;
  readonly ratios: Record<string, Kept>;
}

export interface Checked {
  readonly name: string;
  readonly worse: readonly { readonly who: string }[];
  readonly better: readonly { readonly who: string }[];
}

type Measured = Record<string, readonly unknown[]>;
interface Median {
  readonly spread: number;
  readonly rounds: number;
}

const load = (name: string) => import(new URL(`../../bench/${name}.mjs`, import.meta.url).href);

export const { figures, median, spread, standing } = (await load("figures")) as {
  figures(measured: Measured, unit?: { more?: boolean }): Line[];
  median(numbers: number[]): number;
  spread(numbers: number[]): number;
  standing(lines: readonly Line[], goal?: object): { best?: Line; floor?: Line; missed: string[] };
};

export const { check, checked, compared, comparedWith, noise } = (await load("check")) as {
  check(row: object, recorded: RecordedRow | undefined): Checked;
  checked(results: Checked[]): string;
  compared(
    done: object[],
    recorded: Record<string, RecordedRow>,
    again: (names: string[]) => Promise<object[]>,
  ): Promise<Checked[]>;
  comparedWith(recorded: RecordedRow): string[];
  noise(...medians: Median[]): number;
};

export const { listed, table } = (await load("table")) as {
  listed(rows: object[]): string;
  table(row: object, versions: Record<string, string>): string;
};

export const { picture } = (await load("picture")) as { picture(recorded: Record<string, RecordedRow>): string };

export const { page, readRecorded, record } = (await load("recorded")) as {
  page(recorded: Record<string, RecordedRow>): string;
  readRecorded(): Record<string, RecordedRow>;
  record(done: object[]): Record<string, RecordedRow>;
};

export const { Progress } = (await load("progress")) as {
  Progress: new (
    plan: readonly object[],
    say: (text: string) => void,
    clock: () => number,
  ) => { measured(name: string, round: number, who: string, said: string): void };
};

export const { efficiency, perCall } = (await load("units")) as Record<"efficiency" | "perCall", Unit>;
