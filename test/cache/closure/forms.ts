/**
 * Statements that a module may have: `N` is the name it declares, `1` a literal, `R`, `S` are uses of other names, `#{`
 * begins a part of a template.
 */

export interface Form {
  readonly text: string;
  /** It declares and exports a name. */
  readonly named: boolean;
  /** Only TypeScript has it. */
  readonly typed: boolean;
}

const DECLARATIONS = [
  "export const N = 1;",
  "export const N = -1 + 2 * 3;",
  "export let N = 1;",
  "export let N = 1; N += 2;",
  "let N = 1; export function N_set(v) { N = v; } export { N };",
  "export function N(n = R) { return [n, 1, S]; }",
  "export function N(n) { N_count++; return [n, R]; } let N_count = 1;",
  "export function N(a = R) { var R_LOCAL = 1; return [a, R_LOCAL]; }",
  "export function N(a) { switch (R) { case 1: { let R_LOCAL = a; return R_LOCAL; } default: return S; } }",
  "export async function* N() { yield R; for await (const one of [1, S]) yield one; }",
  "export const N = (R_LOCAL, n = 1) => [R_LOCAL, n, S];",
  "export const N = function self(n) { return n ? self(n - 1) : [1, R]; };",
  "export class N { m() { return [1, R]; } static s = 1; #p = S; get g() { return this.#p; } }",
  "export class N { static { globalThis.sink = [1, R]; } }",
  "export class N { ['k' + 1]() { return R; } }",
  "export class N { static [R] = 1; }",
  "export class N { static s = R; static t = [1, S]; }",
  "export class N extends R { x = 1; }",
  "export const N = class extends R { x = [1, S]; };",
  "export const N = { a: 1, get b() { return R; }, m() { return S; }, ['k' + 1]: 2 };",
  "export const N = { ...R, a: 1 };",
  "export const N = Object.freeze({ a: 1, b: R });",
  "export const { N = 1, ...N_rest } = { N: R };",
  "export const [N, N_second = 1] = [R, S];",
  "export const N = (() => [1, R])();",
  "export const N = (function () { globalThis.made = 1; return R; })();",
  "export const N = /* @__PURE__ */ R(1);",
  "export const N = String.raw`a#{1}#{R}`;",
  "export const N = `a#{1}`;",
  "export const N = `a#{R}`;",
  "var N = 1; { var N_inner = R; } export { N, N_inner };",
  "var N = 1; var N = [N, R]; export { N };",
  "export const N = new Map([['a', 1], ['b', R]]);",
  "export const N = new Set([1, R]);",
  "export const N = new R(1);",
  "export const N = async () => (await import('MODULE')).default ?? 1;",
  "export const N = 1 > 2 ? R : S;",
  "export const N = R || 1;",
  "export const N = typeof R === 'object' && !S;",
  "export const N = [R, 1, () => S];",
  "export const N = [...R, 1];",
  "export const N = R.a;",
  "export const N = R + 1;",
  "export const N = (R, 1);",
  "export const N = [import.meta.url, 1];",
  "export const N = R === S ? /a1/ : /b/;",
  "export const N = task('N', () => [1, R]);",
  "export const N = task('N', R(1), () => 0);",
  "export const N = { tasks: [task('N', n => [n, 1, R])] };",
  "export function N(task) { return task(1, R); }",
  "export function N() { const out = []; lbl: for (const one of R) { if (one > 1) continue lbl; out.push(one); } return out; }",
];

const EFFECTS = [
  "globalThis.registry?.set('a', [1, R]);",
  "R.prototype.extra = function () { return [1, S]; };",
  "R.extra = 1;",
  "Object.assign(R, { a: 1 });",
  "(() => { globalThis.q = [1, R]; })();",
  "lbl: { if (globalThis.flag) break lbl; globalThis.z = [1, R]; }",
  "try { globalThis.act(1); } catch (problem) { globalThis.act(R, problem); }",
  "if (globalThis.x > 1) { globalThis.y = R; }",
  "for (let i = 0; i < 1; i++) globalThis.act(R, i);",
  "for (const one of [1]) { const inner = one; globalThis.act(inner, R); }",
  "switch (R) { case 1: { let s = S; globalThis.s = s; } }",
  "R;",
  "R(1);",
  "R`a#{1}`;",
  "delete R.a;",
  "console.log(R, 1);",
  "await R(1);",
  "new R(1);",
];

const TYPED = [
  "export enum N { A = 1, B = 1 << 2, C = A | B }",
  "export enum N { A = R, B = 1 }",
  "export namespace N { export const a = 1; export const b = R; }",
  "export abstract class N { abstract x: number; constructor(public p = [1, R]) {} }",
  "export const N = (R satisfies unknown) as unknown[] | 1;",
  "export function N(this: unknown, n: number = 1): unknown { return [n, R!]; }",
];

const form = (named: boolean, typed: boolean) => (text: string) => ({
  text: text.replaceAll("#{", "$" + "{"),
  named,
  typed,
});

export const FORMS: readonly Form[] = [
  ...DECLARATIONS.map(form(true, false)),
  ...EFFECTS.map(form(false, false)),
  ...TYPED.map(form(true, true)),
];
