/** Numbers as people read them. */
export const counted = count => count.toLocaleString("en");

export function number(x) {
  return x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2);
}
