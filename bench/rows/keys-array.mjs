import { keys } from "./keys.mjs";

const numbers = Float64Array.from({ length: 8_000_000 }, (_, i) => i / 3);

const changed = i => {
  numbers[numbers.length - 1] = i;
  return numbers;
};

export default keys({
  title: "a Float64Array of 64 MB",
  calls: 5,
  goal: { floor: 1.2 },
  given: changed,
  bytes: changed,
});
