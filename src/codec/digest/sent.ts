import type { SlotOf } from "../pack.ts";
import { rootEntry } from "../path.ts";
import { type Part, Scan } from "../scan.ts";
import { Blocked, messageOf, type Obstacle, obstacleOf, type Subject, uncloneable } from "../uncloneable.ts";

/** What `pack` sends of a value: what of its errors and instances, or why not. */
export class Sent {
  readonly #root: unknown;
  readonly #subject: Subject;
  readonly #slotOf: SlotOf | null;
  #scan: Scan | null = null;

  constructor(root: unknown, subject: Subject, slotOf: SlotOf | null) {
    this.#root = root;
    this.#subject = subject;
    this.#slotOf = slotOf;
  }

  /** What is sent for a part of the value. Values without such parts are not scanned. */
  part(value: object, quoted: boolean): Part | undefined {
    const { role } = this.#subject;
    if (this.#scan === null) {
      this.#scan = new Scan(this.#subject, this.#slotOf);
      this.#scan.run(rootEntry(this.#root, role));
    }
    // Accessors can give another object each time they are asked.
    if (!this.#scan.parts.has(value)) this.#scan.run({ ...rootEntry(value, role), quoted });
    return this.#scan.parts.get(value);
  }

  /** Refuses a part. */
  refused(value: unknown, obstacle: Obstacle = obstacleOf(value, this.#subject.role)): Blocked {
    return new Blocked(obstacle, uncloneable(this.#subject, this.#subject.role, obstacle));
  }

  /** The error with which `pack` refuses the value, for what went wrong here: it knows the path. */
  refusal(problem: unknown): Error {
    const { role } = this.#subject;
    try {
      new Scan(this.#subject, this.#slotOf).run(rootEntry(this.#root, role));
    } catch (blocked) {
      if (blocked instanceof Blocked) return blocked.error;
    }
    if (problem instanceof Blocked) return problem.error;
    const kind = `unreadable (${messageOf(problem)})`;
    return uncloneable(this.#subject, role, { kind, hint: "Pass plain data.", cause: problem });
  }
}
