/** Modules in the order of their evaluation: each behind all that it loads, save in circles. */
export function evaluationOrder(
  entry: string,
  seen: Set<string>,
  loadsOf: (path: string) => readonly string[],
): string[] {
  const order: string[] = [];
  const stack: { readonly path: string; readonly loads: readonly string[]; next: number }[] = [];
  const enter = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    stack.push({ path, loads: loadsOf(path), next: 0 });
  };
  enter(entry);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.loads[top.next++];
    if (next !== undefined) enter(next);
    else {
      order.push(top.path);
      stack.pop();
    }
  }
  return order;
}
