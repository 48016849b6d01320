/** What is said on the channels of runs and workers: scripts in Redis put it together, so it is plain bytes. */

export const ENDS = 1;
export const ASKED = 2;
export const ANSWERED = 3;

/** How a call ended, as the first byte of what is said of it. */
export const SAID = 0;
export const FAILED = 1;
/** Its worker is gone. */
export const LOST = 2;

export interface Ends {
  readonly batch: string;
  readonly worker: string;
  /** By the places of the calls in the batch. */
  readonly ends: readonly (readonly [number, Buffer])[];
}

export interface Question {
  /** Names it, once and for all. */
  readonly number: string;
  /** The channel of who asks. */
  readonly from: string;
  readonly batch: string;
  readonly place: number;
  readonly bytes: Buffer;
}

export function endsIn(message: Buffer): Ends {
  const [first, second] = [message.readUInt8(1), message.readUInt8(2)];
  const ends: [number, Buffer][] = [];
  let at = 3 + first + second;
  while (at < message.length) {
    const length = message.readUInt32LE(at + 4);
    ends.push([message.readUInt32LE(at), message.subarray(at + 8, at + 8 + length)]);
    at += 8 + length;
  }
  return { batch: textIn(message, 3, first), worker: textIn(message, 3 + first, second), ends };
}

export function questionIn(message: Buffer): Question {
  const [first, second, third] = [message.readUInt8(1), message.readUInt8(2), message.readUInt8(3)];
  const at = 8;
  return {
    place: message.readUInt32LE(4),
    number: textIn(message, at, first),
    from: textIn(message, at + first, second),
    batch: textIn(message, at + first + second, third),
    bytes: message.subarray(at + first + second + third),
  };
}

export function answerIn(message: Buffer): { readonly number: string; readonly bytes: Buffer } {
  const length = message.readUInt8(1);
  return { number: textIn(message, 2, length), bytes: message.subarray(2 + length) };
}

function textIn(message: Buffer, at: number, length: number): string {
  return message.toString("utf8", at, at + length);
}
