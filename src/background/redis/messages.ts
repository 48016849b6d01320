/** What is said on the channels of runs and workers: scripts in Redis put it together, so it is plain bytes. */

/** As the scripts write it. */
const [ENDS, ASKED, ANSWERED] = [1, 2, 3];

/** How a call ended, as the first byte of what is said of it. */
export const SAID = 0;
export const FAILED = 1;
/** Its worker is gone. */
export const LOST = 2;
/** It has not ended, but begun: told of calls that have a time limit. */
export const BEGUN = 3;

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

/** What is said to a run; null for what heddle did not say. */
export function saidIn(message: Buffer): Ends | Question | null {
  try {
    if (message[0] === ENDS) return endsIn(message);
    return message[0] === ASKED ? questionIn(message) : null;
  } catch {
    return null;
  }
}

function endsIn(message: Buffer): Ends {
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

function questionIn(message: Buffer): Question {
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

/** What a worker hears of its run; null for what heddle did not say. */
export function answerIn(message: Buffer): { readonly number: string; readonly bytes: Buffer } | null {
  if (message[0] !== ANSWERED || message.length < 2) return null;
  const length = message.readUInt8(1);
  return { number: textIn(message, 2, length), bytes: message.subarray(2 + length) };
}

function textIn(message: Buffer, at: number, length: number): string {
  return message.toString("utf8", at, at + length);
}
