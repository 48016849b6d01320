/**
 * Some classes pass between copies of heddle in one process, which there are when a loader evaluates it both as ESM and
 * as CommonJS. They must be the same class in all of them, or `instanceof` tells copies apart.
 */
export function oneClass<C extends object>(name: string, Class: C): C {
  const key = Symbol.for(`heddle.class.${name}.1`);
  const holder = globalThis as { [key: symbol]: unknown };
  holder[key] ??= Class;
  return holder[key] as C;
}
