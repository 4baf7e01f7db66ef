/**
 * What a row of the Thumb instruction table is. An encoding is written as the Arm manual draws it: 16 or 32
 * characters, `0` and `1` fixed, letters are operand bits. Bits of one letter are joined from the left, wherever
 * they stand, so `11110 i 0 0000 S nnnn 0 iii dddd iiiiiiii` gives i:imm3:imm8 and S, n, d.
 *
 * Letters: d n m a registers (a = Ra, Rt2 or RdHi; t = Rt, kept as d; x = Rdn, both d and n), i immediate,
 * h second immediate (width, saturation, rotation), y shift type, r register list, c condition, S flags,
 * P U W the index, add and write-back bits, M P in lists the LR and PC bits.
 * Source: ARMv7-M Architecture Reference Manual, chapter A7 (encodings are facts; the layout here is ours).
 */

/** How the joined immediate bits become a value. */
export type ImmKind =
  | 'raw'
  | 'x2'
  | 'x4'
  | 'expand' // ThumbExpandImm, with carry
  | 'shift' // DecodeImmShift with the type in y
  | 'b8'
  | 'b11'
  | 'b19'
  | 'b24'
  | 'cb'
  | 'mov16';

/** Which instructions write the condition flags: never, always, only outside an IT block, or by the S bit. */
export type FlagRule = 'never' | 'always' | 'outsideIt' | 'S';

export interface RowOptions {
  readonly imm?: ImmKind;
  readonly flags?: FlagRule;
  /** Registers that are implied by the encoding. */
  readonly fixed?: Readonly<Partial<Record<'d' | 'n' | 'm' | 'a' | 'y', number>>>;
  /** Register letters that may be 15; any other use of r15 is UNPREDICTABLE and decodes as undefined (chosen). */
  readonly pc?: string;
}

/** One encoding. */
export interface Row extends RowOptions {
  readonly pattern: string;
  readonly length: 2 | 4;
  /** 32-bit encodings: first halfword in the high half. */
  readonly mask: number;
  readonly value: number;
  /** Semantics: what executes it. One key per operation, shared by its encodings. */
  readonly key: string;
  /** UAL text with {operands}; see disassemble.ts. */
  readonly text: string;
  /** Pieces of each letter: pairs of (shift right, width), leftmost first. */
  readonly fields: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

/** Builds a row from its drawing. Throws RangeError for a drawing of the wrong length (a mistake of ours). */
export function row(drawing: string, key: string, text: string, options: RowOptions = {}): Row {
  const pattern = drawing.replaceAll(' ', '');
  if (pattern.length !== 16 && pattern.length !== 32) throw new RangeError(`${text}: ${pattern.length} bits`);
  let mask = 0;
  let value = 0;
  const fields: Record<string, [number, number][]> = {};
  let last = '';
  for (const [i, c] of [...pattern].entries()) {
    const bit = pattern.length - 1 - i;
    if (c === '0' || c === '1') {
      mask |= 1 << bit;
      if (c === '1') value |= 1 << bit;
    } else {
      const pieces = (fields[c] ??= []);
      const open = pieces.at(-1);
      if (c === last && open !== undefined) {
        open[0] = bit;
        open[1]++;
      } else pieces.push([bit, 1]);
    }
    last = c;
  }
  const length = pattern.length === 16 ? 2 : 4;
  return { ...options, pattern, length, mask: mask >>> 0, value: value >>> 0, key, text, fields };
}

/** The joined bits of a letter; 0 when the encoding has none. */
export function fieldOf(r: Row, word: number, letter: string): number {
  let v = 0;
  const pieces = r.fields[letter];
  if (pieces !== undefined)
    for (const [shift, width] of pieces) v = (v << width) | ((word >>> shift) & ((1 << width) - 1));
  return v;
}
