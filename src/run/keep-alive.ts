const FOREVER = 2 ** 31 - 1;

/** Keeps the process alive while calls are pending, also those that wait for something Node does not count. */
export class KeepAlive {
  private pending = 0;
  private timer: NodeJS.Timeout | null = null;

  add(): void {
    this.pending++;
    if (this.timer === null) this.timer = setInterval(() => {}, FOREVER);
    else if (this.pending === 1) this.timer.ref();
  }

  remove(): void {
    this.pending--;
    if (this.pending === 0) this.timer?.unref();
  }
}
