/** Rows about what stands for a call's arguments in its key: a digest of one value. */
import { hash } from "node:crypto";

const subject = { task: "bench", role: "input" };

const contenders = {
  heddle: async () => {
    const { inputsDigest, markOf } = await import("../../dist/inside/codec/digest.js");
    return { from: "heddle", digest: value => inputsDigest([markOf(value, subject, null).text]) };
  },
  "object-hash": async () => {
    const { default: objectHash } = await import("object-hash");
    const options = { algorithm: "sha256" };
    return { from: "object-hash", digest: value => objectHash(value, options) };
  },
  ohash: async () => {
    const { hash: digest } = await import("ohash");
    return { from: "ohash", digest };
  },
  floor: async () => ({ from: "node", digest: data => hash("sha256", data, "hex"), bare: true }),
};

/** A row: `given(i)` is the value of call `i`, `bytes(i)` as many bytes for the floor. */
export function keys({ title, calls, goal, given, bytes }) {
  const measure = async ({ digest, bare }, count) => {
    const make = bare ? bytes : given;
    const run = (from, to) => {
      let last = "";
      for (let i = from; i < to; i++) last = digest(make(i));
      return last;
    };
    // The same time for all to warm up in, however slow they are.
    const warm = performance.now() + 500;
    for (let i = 0; i < count && performance.now() < warm; i++) run(i, i + 1);
    const began = performance.now();
    const last = run(0, count);
    const ms = performance.now() - began;
    if (run(0, 1) === last && count > 1) throw new Error("different values have the same digest");
    return { ms };
  };
  return {
    title: `a digest of ${title}`,
    calls,
    contenders,
    floor: "a bare crypto.hash of as many bytes",
    goal,
    measure,
  };
}
