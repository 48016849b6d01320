/** Values that stay in this memory, as a task or whoever reads them gets them. */
import { FileMark } from "./file.ts";
import { checkFile } from "./file-content.ts";
import { Quote } from "./quote.ts";
import { substitute, walk } from "./substitute.ts";
import { Blocked, type Subject } from "./uncloneable.ts";

/** What stands for a part of a value that is handed over in this memory: undefined for what stays as it is. */
export function handedOver(part: object): { readonly value: unknown } | undefined {
  if (part instanceof FileMark) return { value: part.path };
  return part instanceof Quote && FileMark.any ? { value: withoutMarks(part.value) } : undefined;
}

/** A value with the paths of its files in the places of the marks. What holds none comes back as it is. */
export function withoutMarks(value: unknown): unknown {
  return FileMark.any ? substitute(value, handedOver) : value;
}

/**
 * Looks whether the files in a value are there, where it is not encoded.
 *
 * @param at Where the value stands, for the message.
 * @throws FileError
 */
export function checkFiles(value: unknown, subject: Subject, at: string = subject.role): void {
  if (!FileMark.any || typeof value !== "object" || value === null) return;
  try {
    walk(value, part => {
      if (!(part instanceof FileMark)) return false;
      checkFile(part, subject, at);
      return true;
    });
  } catch (error) {
    throw error instanceof Blocked ? error.error : error;
  }
}
