/** What others have to hear of, once it is on the disk. */
export class News {
  /** There may be something to take. */
  queued = false;
  /** Jobs that have ended. */
  readonly ended: string[] = [];
  /** Jobs that are to be stopped by who runs them. */
  readonly stopped: string[] = [];

  get isEmpty(): boolean {
    return !this.queued && this.ended.length === 0 && this.stopped.length === 0;
  }

  add({ queued, ended, stopped }: News): void {
    this.queued ||= queued;
    this.ended.push(...ended);
    this.stopped.push(...stopped);
  }
}
