/**
 * Numbers in an order in which each comes behind those that it needs, else in that in which they were given. Those on
 * cycles, and behind them, are left out. Needs that are not among the numbers do not count.
 */
export function inOrder(numbers: readonly number[], needs: readonly (readonly number[])[]): readonly number[] {
  const size = needs.length;
  const chosen = new Uint8Array(size);
  for (const number of numbers) chosen[number] = 1;
  const waits = new Int32Array(size);
  // Where the consumers of each begin among all of them.
  const starts = new Int32Array(size + 1);
  for (const number of numbers) {
    for (const need of needs[number]!) {
      if (chosen[need] === 0) continue;
      waits[number]! += 1;
      starts[need + 1]! += 1;
    }
  }
  for (let at = 0; at < size; at += 1) starts[at + 1]! += starts[at]!;
  const consumers = new Int32Array(starts[size]!);
  const filled = starts.slice();
  for (const number of numbers) {
    for (const need of needs[number]!) if (chosen[need] === 1) consumers[filled[need]!++] = number;
  }
  const order = numbers.filter(number => waits[number] === 0);
  for (let at = 0; at < order.length; at += 1) {
    const number = order[at]!;
    for (let edge = starts[number]!; edge < starts[number + 1]!; edge += 1) {
      const consumer = consumers[edge]!;
      waits[consumer]! -= 1;
      if (waits[consumer] === 0) order.push(consumer);
    }
  }
  return order;
}
