/**
 * How a Valhall instruction is described: match bits, operands and modifiers with their places in the 64-bit
 * word. The `table-*.ts` files are plain data made with these constructors; `isa.ts` indexes them.
 * Bit numbers count from the least significant bit of the word.
 */
import type { EnumName } from './enums.ts';

/**
 * Where an instruction executes. FMA, CVT and SFU are arithmetic; the others are messages: load/store,
 * varying, texture, varying + texture, and the tile and barrier messages (NONE).
 */
export type Unit = 'FMA' | 'CVT' | 'SFU' | 'LS' | 'V' | 'T' | 'VT' | 'NONE';

/** Second-level opcode: `(word >> lsb) & mask`. A mask may have holes (shifts: bits 24, 25 and 32). */
export interface Secondary {
  readonly lsb: number;
  readonly mask: number;
  readonly value: number;
}

/** A field whose values have names. */
export interface Select {
  readonly kind: EnumName;
  readonly lsb: number;
  readonly width: number;
}

/** A source operand: one byte at `lsb` (0, 8, 16 or 24). Bits that do not exist are -1. */
export interface Source {
  readonly lsb: number;
  /** Bits per element: 8, 16, 32 or 64. 64 names an aligned pair, low word first. */
  readonly size: number;
  /** What it is for: `a`, `b`, `address`, `shift`...; empty where the data does not say. */
  readonly role: string;
  /** Whether neg, abs and widening work on floating point. */
  readonly float: boolean;
  readonly neg: number;
  readonly abs: number;
  readonly not: number;
  /** Swizzle, lane, widening or condition selection. */
  readonly select: Select | undefined;
}

/** A number in the word. Signed ones print in decimal, others in hexadecimal. */
export interface Immediate {
  readonly name: string;
  readonly lsb: number;
  readonly width: number;
  readonly signed: boolean;
}

/** A `.modifier` of the mnemonic: a flag when `kind` is undefined, else one text per enum value. */
export interface Modifier {
  readonly name: string;
  readonly lsb: number;
  readonly width: number;
  readonly kind: EnumName | undefined;
}

/** A set of consecutive staging registers of a message. */
export interface Staging {
  readonly access: 'read' | 'write';
  /** First register: six bits here (40 or 16). */
  readonly lsb: number;
  /** Value of bits 46..47 that goes with it, undefined where those bits say something else. */
  readonly flags: number | undefined;
  /** Number of registers: three bits here, plus `bias`. */
  readonly countLsb: number;
  readonly bias: number;
}

export interface Definition<N extends string = string> {
  readonly name: N;
  /** Bits 48..56. */
  readonly opcode: number;
  readonly secondary: Secondary | undefined;
  readonly unit: Unit;
  /** Bits per element of the result or of the memory access. */
  readonly typeSize: number;
  /** Writes a register: number in bits 40..45, mask of halves in 46..47. */
  readonly destination: boolean;
  /** In the order of the text form: the set that is written first. */
  readonly staging: readonly Staging[];
  readonly sources: readonly Source[];
  readonly immediates: readonly Immediate[];
  /** In the order of the text form. */
  readonly modifiers: readonly Modifier[];
}

type Body = Partial<Pick<Definition, 'destination' | 'staging' | 'sources' | 'immediates' | 'modifiers'>>;

/** A row of the table: no operands unless stated. */
export function instruction<const N extends string>(
  name: N,
  opcode: number,
  secondary: Secondary | undefined,
  unit: Unit,
  typeSize: number,
  body: Body = {},
): Definition<N> {
  return {
    name,
    opcode,
    secondary,
    unit,
    typeSize,
    destination: body.destination ?? false,
    staging: body.staging ?? [],
    sources: body.sources ?? [],
    immediates: body.immediates ?? [],
    modifiers: body.modifiers ?? [],
  };
}

/** An arithmetic instruction: it has a destination. */
export function op<const N extends string>(
  name: N,
  opcode: number,
  secondary: Secondary | undefined,
  unit: Unit,
  typeSize: number,
  sources: readonly Source[],
  modifiers: readonly Modifier[] = [],
  immediates: readonly Immediate[] = [],
): Definition<N> {
  return instruction(name, opcode, secondary, unit, typeSize, { destination: true, sources, modifiers, immediates });
}

export const sub = (lsb: number, mask: number, value: number): Secondary => ({ lsb, mask, value });

/** Source number 0 to 3, without modifiers. */
export const src = (index: number, size: number, role = '', select?: Select): Source => ({
  lsb: index * 8,
  size,
  role,
  float: false,
  neg: -1,
  abs: -1,
  not: -1,
  select,
});

/** A floating point source without sign modifiers. */
export const flt = (index: number, size: number, role = '', select?: Select): Source => ({
  ...src(index, size, role, select),
  float: true,
});

/** A floating point source with negation and absolute value. */
export const signed = (index: number, size: number, role = '', select?: Select): Source => ({
  ...flt(index, size, role, select),
  neg: 38 - index * 2,
  abs: 39 - index * 2,
});

/** A source that can be complemented. */
export const inverted = (index: number, size: number, role: string): Source => ({ ...src(index, size, role), not: 35 });

export const pick = (kind: EnumName, lsb: number, width: number): Select => ({ kind, lsb, width });

export const flag = (name: string, lsb: number): Modifier => ({ name, lsb, width: 1, kind: undefined });
export const choice = (kind: EnumName, lsb: number, width: number, name: string = kind): Modifier => ({
  name,
  lsb,
  width,
  kind,
});

export const uint = (name: string, lsb: number, width: number): Immediate => ({ name, lsb, width, signed: false });
export const int = (name: string, lsb: number, width: number): Immediate => ({ name, lsb, width, signed: true });

const set = (
  access: 'read' | 'write',
  lsb: number,
  flags: number | undefined,
  countLsb: number,
  bias: number,
): Staging => ({
  access,
  lsb,
  flags,
  countLsb,
  bias,
});

/** The message writes registers. */
export const RESULT: readonly Staging[] = [set('write', 40, 2, 33, 0)];
/** The message reads registers. */
export const DATA: readonly Staging[] = [set('read', 40, 1, 33, 0)];
/** ATOM_RETURN: old value, then operand. */
export const EXCHANGE: readonly Staging[] = [set('write', 16, undefined, 36, 1), set('read', 40, 3, 33, 0)];
/** Texture: texels, then coordinates; bits 46 and 47 are register widths. */
export const TEXTURE: readonly Staging[] = [set('write', 16, undefined, 36, 1), set('read', 40, undefined, 33, 0)];
/** Varying + texture: texels only. */
export const TEXELS: readonly Staging[] = [set('write', 40, 2, 36, 1)];
