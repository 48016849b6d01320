import headless from "@xterm/headless";
import { vi } from "vitest";
import type { Output } from "../../src/report/style.ts";

/** A terminal in memory: what a person would see, and each write as it came. */
export class Screen implements Output {
  readonly isTTY = true;
  readonly writes: string[] = [];
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  readonly #listeners = new Set<() => void>();

  constructor(columns = 80, rows = 24) {
    this.#terminal = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: 1000,
      convertEol: true,
      allowProposedApi: true,
    });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  write(text: string): boolean {
    this.writes.push(text);
    this.#terminal.write(text);
    return true;
  }

  on(_event: "resize", listener: () => void): void {
    this.#listeners.add(listener);
  }

  off(_event: "resize", listener: () => void): void {
    this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#drawn();
    this.#terminal.resize(columns, rows);
    for (const listener of this.#listeners) listener();
  }

  /** All lines, with what has scrolled off, without blank ones at the end. */
  async lines(): Promise<string[]> {
    await this.#drawn();
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let row = 0; row < active.length; row++) {
      const line = active.getLine(row);
      const text = line?.translateToString(true) ?? "";
      if (line?.isWrapped) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  #drawn(): Promise<void> {
    const drawn = new Promise<void>(resolve => this.#terminal.write("", resolve));
    // The terminal draws in a timer of no delay; the tests hold the clock.
    vi.advanceTimersByTime(0);
    return drawn;
  }
}
