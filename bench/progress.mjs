/** How far the bench is, and how long it will go on. */
export class Progress {
  #rows;
  #say;
  #clock;
  #last;

  /** `plan` has, for each row, how many measurements it needs and, if known, how many seconds one takes. */
  constructor(plan, say, clock = () => performance.now() / 1_000) {
    this.#rows = plan.map(row => ({ ...row, done: 0, took: 0 }));
    this.#say = say;
    this.#clock = clock;
    this.#last = clock();
  }

  measured(name, round, who, said) {
    const row = this.#rows.find(one => one.name === name);
    const now = this.#clock();
    row.done++;
    row.took += now - this.#last;
    this.#last = now;
    const left = this.#left();
    this.#say(`${name}, round ${round + 1}, ${who}: ${said}${left > 0 ? ` (${lasting(left)} left)` : ""}`);
  }

  #left() {
    const done = this.#rows.reduce((sum, row) => sum + row.done, 0);
    const usual = this.#rows.reduce((sum, row) => sum + row.took, 0) / done;
    const each = row => (row.done > 0 ? row.took / row.done : (row.seconds ?? usual));
    return this.#rows.reduce((sum, row) => sum + Math.max(0, row.count - row.done) * each(row), 0);
  }
}

function lasting(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
