/**
 * How a memory descriptor is described: a named struct of fields, each a run of bits counted from the start of the
 * struct, over little-endian 32-bit words. `table-*.ts` are plain data made with these constructors.
 */
import type { EnumName } from './enums.ts';

export type FieldKind =
  | 'uint'
  | 'int'
  | 'bool'
  | 'hex'
  | 'float'
  | 'address'
  | 'enum'
  /** Another struct lies here. */
  | 'struct'
  /** Unsigned and signed fixed point, 8 fractional bits. */
  | 'ufixed8'
  | 'sfixed8'
  /** 22 bits: component order 0..11, format 12..19, sRGB 20. */
  | 'pixel_format'
  /** Four 3-bit channel numbers. */
  | 'component_swizzle'
  /** An integer or a float, as the texture format says. */
  | 'uint_or_float';

/** How a stored number becomes the value: `minus` 1 was subtracted, `log2` an exponent, `shr` that many bits dropped. */
export type Encoding = 'plain' | 'minus' | 'log2' | `shr${number}`;

export interface Field {
  readonly name: string;
  /** First bit, from the start of the struct. */
  readonly bit: number;
  readonly width: number;
  readonly kind: FieldKind;
  /** Enum or struct by name. */
  readonly of: string | undefined;
  readonly encoding: Encoding;
}

export interface Descriptor<N extends string = string> {
  readonly name: N;
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly align: number;
  readonly fields: readonly Field[];
}

export const struct = <const N extends string>(
  name: N,
  size: number,
  align: number,
  fields: readonly Field[],
): Descriptor<N> => ({ name, size, align, fields });

/** A field of a plain kind. */
export const at = (name: string, bit: number, width: number, kind: FieldKind, encoding: Encoding = 'plain'): Field => ({
  name,
  bit,
  width,
  kind,
  of: undefined,
  encoding,
});

export const choice = (name: string, bit: number, width: number, of: EnumName): Field => ({
  name,
  bit,
  width,
  kind: 'enum',
  of,
  encoding: 'plain',
});

export const part = (name: string, bit: number, width: number, of: string): Field => ({
  name,
  bit,
  width,
  kind: 'struct',
  of,
  encoding: 'plain',
});
