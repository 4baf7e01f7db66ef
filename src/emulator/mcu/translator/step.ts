/**
 * Steps: what an instruction becomes before it is text. A plain step is a statement over locals; one that does
 * nothing but set flags is dropped when nobody reads them. Steps that may leave the fast path carry what slow
 * execution needs. Locals: r0..r14, nf zf cf vf as in state.ts, scratch a b t x. C and V of sums are seldom wanted
 * by anything but a way out, so sums only keep their operands in fa and fb, and ck says how C and V follow from them
 * (text.ts): 0 they are in cf and vf, 1 fa - fb, 2 fa + fb. cf and vf are computed, too, where code reads them.
 *
 * Liveness is two sets of flags: those that code reads, and above them (<< 4) those that only ways out need.
 */
import type { Instruction } from './instruction.ts';

export const N = 1;
export const Z = 2;
export const C = 4;
export const V = 8;
export const ALL = 15;
/** What a way out needs. */
export const OUT = ALL << 4;

export type Step =
  | Plain
  /** `head; if (fast) { quick } else slow execution`. */
  | {
      readonly kind: 'memory';
      readonly head: string;
      readonly fast: string;
      readonly quick: string;
      readonly slow: Slow;
    }
  | { readonly kind: 'slow'; readonly slow: Slow }
  | { readonly kind: 'if'; readonly test: Test; readonly body: readonly Step[] };

export interface Plain {
  readonly kind: 'plain';
  readonly text: string;
  /** Flags it reads. */
  readonly uses: number;
  /** Flags it writes. */
  readonly sets: number;
  /** It can go when none of these is needed after it; 0: it stays. */
  readonly keep: number;
  /** Only flags that code reads keep it. */
  readonly codeOnly?: boolean;
  /** Flags that ways out can find from here on without cf and vf. */
  readonly covers?: number;
  /** Flags that must be in their locals if anything needs them after it. */
  readonly settles?: number;
}

/** A condition as text, with the flags it reads. */
export interface Test {
  readonly text: string;
  readonly uses: number;
}

/** Slow execution of one instruction. */
export interface Slow {
  readonly instruction: Instruction;
  /** Instructions of the block after it. */
  readonly after: number;
  /** Registers it changes; undefined: any, and flags. */
  readonly changes: number | undefined;
}

/** Conditions in code order. */
const BY_FLAGS: readonly Test[] = [
  { text: 'zf===0', uses: Z },
  { text: 'zf!==0', uses: Z },
  { text: 'cf!==0', uses: C },
  { text: 'cf===0', uses: C },
  { text: 'nf<0', uses: N },
  { text: 'nf>=0', uses: N },
  { text: 'vf<0', uses: V },
  { text: 'vf>=0', uses: V },
  { text: 'cf!==0&&zf!==0', uses: C | Z },
  { text: 'cf===0||zf===0', uses: C | Z },
  { text: '(nf^vf)>=0', uses: N | V },
  { text: '(nf^vf)<0', uses: N | V },
  { text: 'zf!==0&&(nf^vf)>=0', uses: Z | N | V },
  { text: 'zf===0||(nf^vf)<0', uses: Z | N | V },
];
/** The same right after a comparison of fa with fb. */
const BY_OPERANDS: readonly (string | undefined)[] = [
  'fa===fb',
  'fa!==fb',
  '(fa>>>0)>=(fb>>>0)',
  '(fa>>>0)<(fb>>>0)',
  undefined,
  undefined,
  undefined,
  undefined,
  '(fa>>>0)>(fb>>>0)',
  '(fa>>>0)<=(fb>>>0)',
  'fa>=fb',
  'fa<fb',
  'fa>fb',
  'fa<=fb',
];

/** The test of a condition code; `compared`: fa and fb are what the flags come from. */
export function testOf(condition: number, compared: boolean): Test {
  const fused = compared ? BY_OPERANDS[condition] : undefined;
  if (fused !== undefined) return { text: fused, uses: 0 };
  return BY_FLAGS[condition] ?? { text: 'true', uses: 0 };
}

/** Flags that are needed before a step, given those after it; undefined when the step can go. */
export function before(step: Step, after: number): number | undefined {
  switch (step.kind) {
    case 'plain':
      return beforePlain(step, after);
    case 'if': {
      let inner = after;
      for (const s of step.body.toReversed()) inner = before(s, inner) ?? inner;
      return inner | after | step.test.uses;
    }
    case 'memory':
      return after | OUT;
    case 'slow':
      // It takes the flags back from the state words.
      return OUT;
  }
}

function beforePlain({ uses, sets, keep, codeOnly, covers, settles }: Plain, after: number): number | undefined {
  const needed = codeOnly === true ? after : after | (after >> 4);
  if (keep !== 0 && (keep & needed) === 0) return undefined;
  return (after & ~(sets | (sets << 4) | ((covers ?? 0) << 4))) | uses | (needed & (settles ?? 0));
}

/** The steps that remain when only these flags are needed after them. */
export function prune(steps: readonly Step[], after: number): Step[] {
  const kept: Step[] = [];
  let live = after;
  for (const step of steps.toReversed()) {
    const needed = before(step, live);
    if (needed === undefined) continue;
    kept.push(step.kind === 'if' ? { ...step, body: prune(step.body, live) } : step);
    live = needed;
  }
  return kept.toReversed();
}

/** Flags needed before a list of steps. */
export function liveBefore(steps: readonly Step[], after: number): number {
  let live = after;
  for (const step of steps.toReversed()) live = before(step, live) ?? live;
  return live;
}
