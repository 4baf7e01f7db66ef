/** Values of C types as text: numbers with their hex form, characters, enumerators, floating point, pointers. */
import { hex } from '../../base/bits.ts';
import { ENCODING, type CType } from '../../formats/dwarf-types.ts';

/** Bits of a bitfield within the bytes it is read from. */
export interface Bits {
  /** First bit in the first byte. */
  readonly at: number;
  readonly count: number;
}

/** Below this a number is not shown in hex, too (chosen). */
const SMALL = 10n;
const SIGNED: ReadonlySet<number> = new Set([ENCODING.signed, ENCODING.signedChar]);

/** Whether an array of these, or a pointer to one, is likely to be a text. */
export function isText({ kind, size, encoding, name }: CType): boolean {
  // A byte of its own name (u8, uint8_t) is a number.
  const letter = encoding === ENCODING.signedChar || encoding === ENCODING.unsignedChar;
  return kind === 'base' && size === 1 && letter && /(^| )char$/.test(name) && !name.includes('signed');
}

/** The value of a base type, pointer or enumeration. */
export function valueText(type: CType, bytes: Uint8Array, bits?: Bits): string {
  const { kind, encoding, size } = type;
  let raw = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const width = bits?.count ?? size * 8;
  if (bits !== undefined) raw = BigInt.asUintN(bits.count, raw >> BigInt(bits.at));
  const value = SIGNED.has(encoding) ? BigInt.asIntN(width, raw) : raw;
  if (kind === 'pointer') return hex(Number(BigInt.asUintN(32, raw)), 8);
  if (kind === 'enum') return enumText(type, value);
  if (kind !== 'base') return bytesText(bytes);
  if (encoding === ENCODING.boolean) return raw === 0n ? 'false' : raw === 1n ? 'true' : `true (${raw})`;
  if (encoding === ENCODING.float) return floatText(bytes, size);
  if (isText(type) && raw >= 0x20n && raw < 0x7fn) return `${value} '${String.fromCharCode(Number(raw))}'`;
  return raw < SMALL ? `${value}` : `${value} (0x${BigInt.asUintN(width, raw).toString(16)})`;
}

function enumText(type: CType, value: bigint): string {
  const names = type.values();
  const name = names.get(Number(value));
  if (name !== undefined) return `${name} (${value})`;
  // Flags: the names whose bits make up the value.
  const parts: string[] = [];
  let left = value;
  for (const [bit, text] of names) {
    const wide = BigInt(bit);
    if (wide <= 0n || (left & wide) !== wide) continue;
    parts.push(text);
    left &= ~wide;
  }
  return left === 0n && parts.length > 0 ? `${parts.join(' | ')} (${value})` : `${value}`;
}

function floatText(bytes: Uint8Array, size: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 4) return String(Math.fround(Number(view.getFloat32(0, true).toPrecision(9))));
  return size === 8 ? String(view.getFloat64(0, true)) : bytesText(bytes);
}

const bytesText = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(' ');
