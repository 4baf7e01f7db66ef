/**
 * Memory descriptors of Valhall CSF (arch v10): all structs by name, and readers over 32-bit words. A reader takes
 * the words of memory and the index of the descriptor's first word; values up to 53 bits are Numbers.
 */
import { Bug } from '../../base/errors.ts';
import { TWO32 } from '../../base/bits.ts';
import type { Descriptor, Field } from './define.ts';
import { DRAW_TABLE } from './table-draw.ts';
import { FRAME_TABLE } from './table-frame.ts';
import { SHADER_TABLE } from './table-shader.ts';

export type { Descriptor, Encoding, Field, FieldKind } from './define.ts';
export { ENUMS, type EnumName } from './enums.ts';

const TABLE = [...SHADER_TABLE, ...DRAW_TABLE, ...FRAME_TABLE] as const;

export type DescriptorName = (typeof TABLE)[number]['name'];

/** All structs. */
export const DESCRIPTORS: readonly Descriptor<DescriptorName>[] = TABLE;

const BY_NAME: ReadonlyMap<string, Descriptor> = new Map(TABLE.map((d) => [d.name, d]));

/** The struct with this name. */
export function descriptorNamed(name: DescriptorName): Descriptor {
  const found = BY_NAME.get(name);
  if (found === undefined) throw new Bug(`no descriptor ${name}`);
  return found;
}

/** A field of a struct by their names; Bug when there is none. To be looked up once, not per access. */
export function descriptorField(struct: DescriptorName, name: string): Field {
  const found = descriptorNamed(struct).fields.find((f) => f.name === name);
  if (found === undefined) throw new Bug(`descriptor ${struct} has no field ${name}`);
  return found;
}

/** The bits of a field as they are stored, unsigned. `width` up to 53 significant bits. */
export function rawField(words: Int32Array | Uint32Array, base: number, field: Field): number {
  const { bit, width } = field;
  let value = 0;
  for (let done = 0; done < width;) {
    const position = bit + done;
    const lsb = position & 31;
    const take = Math.min(32 - lsb, width - done);
    const word = (words[base + (position >>> 5)] ?? 0) >>> lsb;
    value += (take === 32 ? word : word & (2 ** take - 1)) * 2 ** done;
    done += take;
  }
  return value;
}

const scratch = new DataView(new ArrayBuffer(4));

/** The value of a field after its encoding: numbers; booleans as 0 and 1; enums as their number. */
export function readField(words: Int32Array | Uint32Array, base: number, field: Field): number {
  const raw = rawField(words, base, field);
  const { kind, encoding, width } = field;
  if (kind === 'float') {
    scratch.setUint32(0, raw);
    return scratch.getFloat32(0);
  }
  const value = (kind === 'int' || kind === 'sfixed8') && raw >= 2 ** (width - 1) ? raw - 2 ** width : raw;
  if (kind === 'ufixed8' || kind === 'sfixed8') return value / 256;
  if (encoding === 'minus') return value + 1;
  if (encoding === 'log2') return 2 ** value;
  if (encoding.startsWith('shr')) return value * 2 ** Number(encoding.slice(3));
  return value;
}

/** Writes the stored bits of a field; the inverse of `rawField`. */
export function writeRaw(words: Int32Array | Uint32Array, base: number, field: Field, value: number): void {
  let rest = value;
  for (let done = 0; done < field.width;) {
    const position = field.bit + done;
    const lsb = position & 31;
    const take = Math.min(32 - lsb, field.width - done);
    const mask = take === 32 ? -1 : (2 ** take - 1) << lsb;
    const at = base + (position >>> 5);
    words[at] = (words[at]! & ~mask) | (((rest % TWO32) << lsb) & mask);
    rest = Math.floor(rest / 2 ** take);
    done += take;
  }
}
