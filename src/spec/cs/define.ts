/**
 * How a command stream instruction is described: its fields in the 64-bit word, its execution class and its
 * text form. `isa-table.ts` is plain data made with these constructors; `isa.ts` expands it per architecture.
 */

/** Architectures this table covers; 10 is Mali-G610. */
export type Arch = 10 | 11 | 12 | 13;
export const ARCHS: readonly Arch[] = [10, 11, 12, 13];

/**
 * reg32: register number; reg64: even register of a pair, low word first; regbase: first register of a set;
 * mask: set of bits; hex, uint: unsigned numbers; int: two's complement.
 */
export type FieldType = 'reg32' | 'reg64' | 'regbase' | 'mask' | 'hex' | 'uint' | 'int' | 'bool' | 'enum';

/** One field of an instruction word. */
export interface Field {
  readonly name: string;
  /** Lowest bit in the 64-bit word. */
  readonly lsb: number;
  /** Bits, at most 48. A field crosses bit 32 only if it starts at bit 0. */
  readonly width: number;
  readonly type: FieldType;
  /** What the instruction does with the registers named, for analyses. */
  readonly use: 'read' | 'write' | 'none';
  /** Named values of an enum field. */
  readonly values: Readonly<Record<string, number>>;
  /** The text shows value * scale (bytes of a size kept in units of 8). */
  readonly scale: number;
  /** First and last architecture with this field. */
  readonly since: Arch;
  readonly until: Arch;
}

/**
 * A `.modifier` of the mnemonic: one field, one text per value. `absent` is the value when nothing is written
 * (undefined: must be written); `always` prints even that value.
 */
export interface Modifier {
  readonly field: string;
  readonly values: Readonly<Record<string, number>>;
  readonly absent: number | undefined;
  readonly always: boolean;
}

/** An operand of the text form, in order. */
export type Operand =
  /** `rN`, `dN` or `#imm` after the field's type. `optional`: 0 when not written; `showIf` names a field that forces it. */
  | { readonly kind: 'field'; readonly field: string; readonly optional?: boolean; readonly showIf?: string }
  /** `[dN + offset]`. */
  | { readonly kind: 'memory'; readonly address: string; readonly offset?: string }
  /** `rA:rB:rC`. */
  | { readonly kind: 'registers'; readonly base: string; readonly mask: string }
  /** `#offset` in instructions from the next one, or a label. */
  | { readonly kind: 'target'; readonly field: string };

/**
 * sync: complete before the next instruction issues. async: always through a scoreboard entry.
 * deferred: in order when wait_mask is 0, otherwise through signal_slot once the mask is idle.
 */
export type Execution = 'sync' | 'async' | 'deferred';

/** Which scoreboard entry an instruction holds: the endpoint selection, the other selection, its own signal_slot. */
export type Entry = 'none' | 'endpoint' | 'other' | 'signal';

/** Staging register table an instruction reads, see staging.ts. */
export type StagingName = 'COMPUTE' | 'IDVS' | 'IDVS2' | 'TILING' | 'FULLSCREEN' | 'FRAGMENT';

export interface Definition<N extends string = string> {
  readonly name: N;
  /** Bits 63:56. */
  readonly opcode: number;
  readonly execution: Execution;
  readonly entry: Entry;
  readonly since: Arch;
  readonly until: Arch;
  /** Second-level opcode, 8 bits at `lsb`, meaningful from architecture `since`. */
  readonly sub: { readonly lsb: 24 | 32; readonly value: number; readonly since: Arch } | undefined;
  readonly fields: readonly Field[];
  readonly modifiers: readonly Modifier[];
  readonly operands: readonly Operand[];
  readonly staging: StagingName | undefined;
  /** Other names the assembler takes. */
  readonly aliases: readonly string[];
  readonly doc: string;
  /** What it does, in a line of pseudo-code. */
  readonly does: string;
}

/** A name that assembles to another instruction with some fields preset. */
export interface PseudoOp {
  readonly name: string;
  readonly of: string;
  readonly preset: Readonly<Record<string, number>>;
  /** Fields written as operands, in order; the rest is 0. */
  readonly operands: readonly Operand[];
  readonly since: Arch;
  readonly doc: string;
}

type Options = Partial<Pick<Definition, 'since' | 'until' | 'sub' | 'staging' | 'aliases' | 'entry' | 'execution'>>;

interface Body extends Options {
  readonly fields?: readonly Field[];
  readonly modifiers?: readonly Modifier[];
  readonly operands?: readonly Operand[];
  readonly doc: string;
  readonly does: string;
}

/** A row of the table; synchronous, on all architectures, without operands unless stated. */
export function instruction<const N extends string>(name: N, opcode: number, body: Body): Definition<N> {
  return {
    name,
    opcode,
    execution: body.execution ?? 'sync',
    entry: body.entry ?? 'none',
    since: body.since ?? 10,
    until: body.until ?? 13,
    sub: body.sub,
    fields: body.fields ?? [],
    modifiers: body.modifiers ?? [],
    operands: body.operands ?? [],
    staging: body.staging,
    aliases: body.aliases ?? [],
    doc: body.doc,
    does: body.does,
  };
}

function make(name: string, lsb: number, width: number, type: FieldType, extra?: Partial<Field>): Field {
  return { name, lsb, width, type, use: 'none', values: {}, scale: 1, since: 10, until: 13, ...extra };
}

export const reg32 = (name: string, lsb: number, use: 'read' | 'write'): Field => make(name, lsb, 8, 'reg32', { use });
export const reg64 = (name: string, lsb: number, use: 'read' | 'write'): Field => make(name, lsb, 8, 'reg64', { use });
export const regbase = (name: string, lsb: number, use: 'read' | 'write'): Field =>
  make(name, lsb, 8, 'regbase', { use });
export const mask = (name: string, lsb: number, width: number): Field => make(name, lsb, width, 'mask');
export const hex = (name: string, lsb: number, width: number): Field => make(name, lsb, width, 'hex');
export const uint = (name: string, lsb: number, width: number, scale = 1): Field =>
  make(name, lsb, width, 'uint', { scale });
export const int = (name: string, lsb: number, width: number): Field => make(name, lsb, width, 'int');
export const bool = (name: string, lsb: number): Field => make(name, lsb, 1, 'bool');
export const named = (name: string, lsb: number, width: number, values: Readonly<Record<string, number>>): Field =>
  make(name, lsb, width, 'enum', { values });

/** The field, on architecture `arch` and later. */
export const since = (arch: Arch, field: Field): Field => ({ ...field, since: arch });
/** The field, up to architecture `arch`. */
export const until = (arch: Arch, field: Field): Field => ({ ...field, until: arch });

/** `.text` when the one-bit field is set. */
export const flag = (field: string, text: string): Modifier => ({
  field,
  values: { [text]: 1 },
  absent: 0,
  always: false,
});

/** `.name` per enum value, which must be written; `absent` makes that value the silent one. */
export function choice(
  field: string,
  values: Readonly<Record<string, number>>,
  options: { readonly prefix?: string; readonly absent?: number } = {},
): Modifier {
  const texts = Object.entries(values).map(([name, value]) => [(options.prefix ?? '') + name.toLowerCase(), value]);
  return { field, values: Object.fromEntries(texts), absent: options.absent, always: false };
}

/** `.prefixN` for a small number; always printed, 0 when not written. */
export function select(field: string, prefix: string, count: number): Modifier {
  const values = Object.fromEntries(Array.from({ length: count }, (_, n) => [prefix + n, n]));
  return { field, values, absent: 0, always: true };
}

export const operand = (field: string): Operand => ({ kind: 'field', field });
export const optional = (field: string, showIf?: string): Operand =>
  showIf === undefined ? { kind: 'field', field, optional: true } : { kind: 'field', field, optional: true, showIf };
export const memory = (address: string, offset?: string): Operand =>
  offset === undefined ? { kind: 'memory', address } : { kind: 'memory', address, offset };
export const registers = (base: string, maskField: string): Operand => ({ kind: 'registers', base, mask: maskField });
export const target = (field: string): Operand => ({ kind: 'target', field });
