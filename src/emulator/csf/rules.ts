/**
 * What the register tables say about each word of a block: who may access it, which bits exist, whether it is half
 * of a 64-bit register, whether it is writable only while the stream is STOPPED. One table look-up per access.
 */
import type { Access, Register } from '../../spec/registers/define.ts';

/** Kinds of words; 0 is no register. */
export const WORD = { NONE: 0, RO: 1, RW: 2, WO: 3, W1C: 4 } as const;
/** Halves of a 64-bit register. */
export const HALF = { NONE: 0, LOW: 1, HIGH: 2 } as const;

export interface Rules {
  readonly kind: Uint8Array;
  readonly half: Uint8Array;
  /** 1: writable only while STOPPED. */
  readonly stopped: Uint8Array;
  /** Bits that exist. */
  readonly mask: Int32Array;
}

const KINDS: Readonly<Record<Access, number>> = {
  RO: WORD.RO,
  RC: WORD.RO,
  RW: WORD.RW,
  RW1S: WORD.RW,
  WO: WORD.WO,
  W1C: WORD.W1C,
};

/** Rules of `words` words from byte offset `base` on. */
export function buildRules(block: Readonly<Record<string, Register>>, base: number, words: number): Rules {
  const rules: Rules = {
    kind: new Uint8Array(words),
    half: new Uint8Array(words),
    stopped: new Uint8Array(words),
    mask: new Int32Array(words),
  };
  for (const register of Object.values(block)) {
    for (const element of register.elements()) {
      const lo = register.fields.reduce((m, f) => m | f.mask.lo, 0);
      const hi = register.fields.reduce((m, f) => m | f.mask.hi, 0);
      const at = (element.offset - base) >>> 2;
      const halves = register.width === 64 ? 2 : 1;
      for (let half = 0; half < halves; half++) {
        rules.kind[at + half] = KINDS[register.access];
        rules.half[at + half] = halves === 1 ? HALF.NONE : half === 0 ? HALF.LOW : HALF.HIGH;
        rules.stopped[at + half] = register.init.writeWhen === undefined ? 0 : 1;
        rules.mask[at + half] = register.fields.length === 0 ? -1 : half === 0 ? lo : hi;
      }
    }
  }
  return rules;
}

/** Kinds of AccessLog reports (mcu-private UNK_INFO). */
export const REPORT = { UNDEFINED: 1, RESERVED: 3, REFUSED: 4, STATE: 5 } as const;
