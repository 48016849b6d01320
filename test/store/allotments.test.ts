import fc from "fast-check";
import { expect, test } from "vitest";
import { Allotments } from "../../src/store/owners/allotments.ts";
import type { Amounts } from "../../src/store/shares.ts";

/** Processes that count on these limits, and have nothing yet. */
function allotmentsOf(members: Readonly<Record<string, Amounts>>): Allotments {
  const allotments = new Allotments();
  for (const [id, limits] of Object.entries(members)) allotments.enter(id, { limits, held: [], frozen: false });
  return allotments;
}

const GPU: Amounts = [["gpu", 2]];
let count = 0;
const ask = (allotments: Allotments, member: string, amounts: Amounts) => {
  const number = ++count;
  allotments.ask({ member, number, amounts });
  return number;
};
const granted = (allotments: Allotments) => allotments.grant().map(({ member }) => member);

test("questions are met in their order, each as a whole", () => {
  const allotments = allotmentsOf({ a: [...GPU, ["web", 1]], b: GPU, c: GPU });
  for (const [member, amounts] of [
    ["a", [["gpu", 1]]],
    ["b", [["gpu", 1]]],
    ["c", [["gpu", 1]]],
    [
      "a",
      [
        ["web", 1],
        ["gpu", 1],
      ],
    ],
  ] as const)
    ask(allotments, member, amounts);
  expect(granted(allotments)).toEqual(["a", "b"]);
  expect(allotments.usedOf("web")).toBe(0);
  allotments.giveBack("a", [["gpu", 1]]);
  expect(granted(allotments)).toEqual(["c"]);
  allotments.remove("c");
  expect(granted(allotments)).toEqual(["a"]);
  expect([allotments.usedOf("gpu"), allotments.usedOf("web")]).toEqual([2, 1]);
});

test("of several amounts the least counts, while its process lives", () => {
  const allotments = allotmentsOf({ a: [["gpu", 3]], b: [["gpu", 1]], c: [] });
  ask(allotments, "a", [["gpu", 1]]);
  ask(allotments, "a", [["gpu", 1]]);
  expect(granted(allotments)).toEqual(["a"]);
  expect(allotments.lacking([["gpu", 1]])).toEqual([["gpu", 1, 1]]);
  allotments.remove("b");
  expect(granted(allotments)).toEqual(["a"]);
  expect(allotments.amountOf("gpu")).toBe(3);
});

test("a large question is passed by 16 times, and then met first", () => {
  const allotments = allotmentsOf({ a: [["gpu", 8]], b: [["gpu", 8]] });
  for (let n = 0; n < 8; n++) ask(allotments, "a", [["gpu", 1]]);
  expect(granted(allotments)).toHaveLength(8);
  ask(allotments, "b", [["gpu", 8]]);
  let overtakings = 0;
  for (let left = 8; left > 0; ) {
    ask(allotments, "a", [["gpu", 1]]);
    allotments.giveBack("a", [["gpu", 1]]);
    const [member] = granted(allotments);
    if (member === "a") overtakings++;
    else left--;
    expect(overtakings).toBeLessThanOrEqual(16);
  }
  expect(overtakings).toBe(16);
  expect(allotments.usedOf("gpu")).toBe(8);
});

test("a question for more than another process lets there be keeps nothing back", () => {
  const allotments = allotmentsOf({ a: [["gpu", 1]], b: [["gpu", 4]] });
  ask(allotments, "b", [["gpu", 3]]);
  for (let n = 0; n < 100; n++) {
    ask(allotments, "a", [["gpu", 1]]);
    expect(granted(allotments)).toEqual(["a"]);
    allotments.giveBack("a", [["gpu", 1]]);
  }
  allotments.remove("a");
  expect(granted(allotments)).toEqual(["b"]);
});

test("what is kept back for one is given to who has what that one lacks, and waits", () => {
  const allotments = allotmentsOf({ a: [...GPU, ["web", 9]], b: [...GPU, ["web", 9]], c: [["web", 9]] });
  ask(allotments, "a", [["gpu", 2]]);
  expect(granted(allotments)).toEqual(["a"]);
  ask(allotments, "b", [
    ["gpu", 1],
    ["web", 1],
  ]);
  for (let n = 0; n < 16; n++) {
    ask(allotments, "c", [["web", 1]]);
    expect(granted(allotments)).toEqual(["c"]);
    allotments.giveBack("c", [["web", 1]]);
  }
  ask(allotments, "c", [["web", 1]]);
  ask(allotments, "a", [["web", 1]]);
  expect(granted(allotments)).toEqual([]);
  allotments.freeze("a", true, 1);
  expect(granted(allotments)).toEqual(["a"]);
});

test("who wait for each other are found, one question at a time, and nobody else", () => {
  const limits: Amounts = [
    ["x", 1],
    ["y", 1],
    ["z", 1],
  ];
  const allotments = allotmentsOf({ a: limits, b: limits, c: limits });
  ask(allotments, "a", [["x", 1]]);
  ask(allotments, "b", [["y", 1]]);
  ask(allotments, "c", [["z", 1]]);
  expect(granted(allotments)).toEqual(["a", "b", "c"]);
  const first = ask(allotments, "a", [["y", 1]]);
  ask(allotments, "b", [["z", 1]]);
  allotments.freeze("a", true, 0);
  expect(allotments.stakeOf("a").frozen).toBe(false);
  allotments.freeze("a", true, 1);
  allotments.freeze("b", true, 1);
  expect([granted(allotments), allotments.hopeless()]).toEqual([[], null]);
  ask(allotments, "c", [["x", 1]]);
  expect(allotments.hopeless()).toBeNull();
  allotments.freeze("c", true, 1);
  expect(allotments.hopeless()).toMatchObject({ member: "a", number: first });
  expect(allotments.hopeless()).toBeNull();
  allotments.giveBack("a", [["x", 1]]);
  expect(granted(allotments)).toEqual(["c"]);
});

test("who is asked no more, or does not listen, gets nothing; what it has stays its own", () => {
  const allotments = allotmentsOf({ a: GPU, b: GPU });
  ask(allotments, "a", [["gpu", 1]]);
  expect(granted(allotments)).toEqual(["a"]);
  allotments.drop("b", ask(allotments, "b", [["gpu", 1]]));
  ask(allotments, "a", [["gpu", 1]]);
  allotments.leave("a");
  expect(granted(allotments)).toEqual([]);
  expect(allotments.usedOf("gpu")).toBe(1);
  allotments.enter("a", { limits: GPU, held: [], frozen: false });
  expect(allotments.usedOf("gpu")).toBe(0);
});

test("whatever happens: never more than there is, and in the end all who ask are met", () => {
  const amounts = fc
    .uniqueArray(fc.tuple(fc.constantFrom("x", "y"), fc.constantFrom(0.1, 0.5, 1, 2)), {
      minLength: 1,
      selector: ([label]) => label,
    })
    .map(parts => parts as Amounts);
  const step = fc.record({
    what: fc.constantFrom("ask", "ask", "giveBack", "giveBack", "drop", "die", "come"),
    member: fc.constantFrom("a", "b", "c"),
    amounts,
    at: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const allotments = new Allotments();
      const limits: Amounts = [
        ["x", 2],
        ["y", 2.5],
      ];
      let waiting: { member: string; number: number; amounts: Amounts }[] = [];
      let held: { member: string; amounts: Amounts }[] = [];
      const alive = new Set<string>();
      const settle = () => {
        for (const { member, number, amounts: met } of allotments.grant()) {
          expect(waiting.some(each => each.member === member && each.number === number)).toBe(true);
          waiting = waiting.filter(each => each.member !== member || each.number !== number);
          held.push({ member, amounts: met });
        }
        for (const [label, amount] of limits) {
          const used = held.flatMap(each => each.amounts.flatMap(([name, part]) => (name === label ? part : [])));
          expect(used.reduce((sum, part) => sum + part, 0)).toBeLessThanOrEqual(amount * 1.000001);
        }
      };
      for (const { what, member, amounts: some, at } of steps) {
        if (what === "come" && !alive.has(member)) {
          alive.add(member);
          allotments.enter(member, { limits, held: [], frozen: false });
        } else if (!alive.has(member)) continue;
        else if (what === "ask") waiting.push({ member, number: ask(allotments, member, some), amounts: some });
        else if (what === "giveBack") {
          const own = held.filter(each => each.member === member)[at];
          if (own === undefined) continue;
          held = held.filter(each => each !== own);
          allotments.giveBack(member, own.amounts);
        } else if (what === "drop") {
          const own = waiting.filter(each => each.member === member)[at];
          if (own === undefined) continue;
          waiting = waiting.filter(each => each !== own);
          allotments.drop(member, own.number);
        } else if (what === "die") {
          alive.delete(member);
          held = held.filter(each => each.member !== member);
          waiting = waiting.filter(each => each.member !== member);
          allotments.remove(member);
        }
        settle();
      }
      for (let round = 0; waiting.length > 0; round++) {
        expect(round).toBeLessThan(200);
        for (const { member, amounts: own } of held.splice(0)) allotments.giveBack(member, own);
        settle();
      }
    }),
    { numRuns: 500 },
  );
});
