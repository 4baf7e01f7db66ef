/**
 * Types of variables (.debug_info) as C writes them: base types, pointers, structs and unions with bitfields, arrays,
 * enumerations, typedefs. A type is looked at one level at a time, so that types which contain themselves cost
 * nothing; chains of names and qualifiers are followed a few steps. Source: DWARF 5 standard, chapter 5.
 */
import { AT, numberOf, TAG, textOf, type Entries, type Entry } from './dwarf-entries.ts';

/** How the bytes of a base type are to be read (DW_ATE). */
export const ENCODING = {
  address: 1,
  boolean: 2,
  float: 4,
  signed: 5,
  signedChar: 6,
  unsigned: 7,
  unsignedChar: 8,
  utf: 0x10,
} as const;

export interface Member {
  readonly name: string;
  readonly type: CType;
  /** Bytes from the beginning of the struct; of a bitfield, 0. */
  readonly offset: number;
  /** A bitfield: first bit from the beginning of the struct, and number of bits. */
  readonly bits: { readonly at: number; readonly count: number } | undefined;
}

export interface CType {
  /** As in a cast: `const char *`, `struct ring[4]`. */
  readonly name: string;
  /** Bytes; 0 when it is not known. */
  readonly size: number;
  readonly kind: 'base' | 'pointer' | 'struct' | 'array' | 'enum' | 'other';
  readonly encoding: number;
  /** What a pointer points to, or what an array is of; undefined for void. */
  readonly target: () => CType | undefined;
  /** Elements of an array. */
  readonly count: number;
  readonly members: () => readonly Member[];
  /** Names of the values of an enumeration. */
  readonly values: () => ReadonlyMap<number, string>;
}

const MOST_HOPS = 64;
const MOST_MEMBERS = 4096;
/** Dimensions of an array taken (chosen). */
const MOST_DIMENSIONS = 16;
const POINTER_BYTES = 4;
const LONGEST_NAME = 200;
const QUALIFIERS: ReadonlyMap<number, string> = new Map([
  [TAG.constant, 'const '],
  [TAG.volatile, 'volatile '],
  [TAG.restrict, ''],
  [TAG.atomic, '_Atomic '],
]);

const nothing = (): undefined => undefined;
const none = (): readonly Member[] => [];
const noValues = (): ReadonlyMap<number, string> => new Map();

function make(type: Partial<CType> & Pick<CType, 'name' | 'size' | 'kind'>): CType {
  const name = type.name.length > LONGEST_NAME ? `${type.name.slice(0, LONGEST_NAME)}…` : type.name;
  return { encoding: 0, target: nothing, count: 0, members: none, values: noValues, ...type, name };
}

const UNKNOWN = make({ name: '?', size: 0, kind: 'other' });

/** The type an entry is of; undefined for void. */
export function typeOf(entry: Entry, entries: Entries): CType | undefined {
  const at = numberOf(entry, AT.type);
  return at === undefined ? undefined : typeAt(at, entries, 0);
}

/** The type whose entry stands at an offset. */
export function typeAt(at: number, entries: Entries, hops: number): CType {
  const entry = entries.at(at);
  if (entry === undefined || hops > MOST_HOPS) return UNKNOWN;
  const { tag } = entry;
  const given = textOf(entry, AT.name);
  const size = numberOf(entry, AT.byteSize) ?? 0;
  const inner = numberOf(entry, AT.type);
  const under = (): CType | undefined => (inner === undefined ? undefined : typeAt(inner, entries, hops + 1));
  const qualifier = QUALIFIERS.get(tag);
  if (qualifier !== undefined) {
    const type = under();
    if (type === undefined) return make({ name: `${qualifier}void`, size: 0, kind: 'other' });
    // `const` of a pointer stands behind the star.
    const name = type.kind === 'pointer' ? `${type.name}${qualifier.trimEnd()}` : `${qualifier}${type.name}`;
    return { ...type, name };
  }
  switch (tag) {
    case TAG.base:
      return make({ name: given ?? '?', size, kind: 'base', encoding: numberOf(entry, AT.encoding) ?? 0 });
    case TAG.typedef:
      return { ...(under() ?? make({ name: 'void', size: 0, kind: 'other' })), name: given ?? '?' };
    case TAG.pointer: {
      const to = pointee(inner, entries, hops);
      return make({ name: `${to} *`, size: POINTER_BYTES, kind: 'pointer', target: under });
    }
    case TAG.structure:
    case TAG.union: {
      const word = tag === TAG.union ? 'union' : 'struct';
      return make({
        name: given === undefined ? word : `${word} ${given}`,
        size,
        kind: 'struct',
        members: () => membersOf(entry, entries),
      });
    }
    case TAG.enumeration:
      return make({
        name: given === undefined ? 'enum' : `enum ${given}`,
        size: size === 0 ? (under()?.size ?? 0) : size,
        kind: 'enum',
        encoding: under()?.encoding ?? ENCODING.unsigned,
        values: () => valuesOf(entry),
      });
    case TAG.array:
      return arrayOf(entry, under() ?? UNKNOWN);
    case TAG.subroutine:
      return make({ name: `${under()?.name ?? 'void'} ()`, size: 0, kind: 'other' });
    default:
      return make({ name: given ?? '?', size, kind: 'other' });
  }
}

/** The name of what a pointer points to; a chain that is too long is cut. */
function pointee(inner: number | undefined, entries: Entries, hops: number): string {
  return inner === undefined ? 'void' : typeAt(inner, entries, hops + 1).name;
}

function arrayOf(entry: Entry, element: CType): CType {
  const dimensions = entry.children
    .filter((c) => c.tag === TAG.subrange)
    .slice(0, MOST_DIMENSIONS)
    .map((c) => numberOf(c, AT.count) ?? (numberOf(c, AT.upperBound) ?? -1) + 1);
  let type = element;
  let suffix = '';
  for (const count of dimensions.toReversed()) {
    const of = type;
    suffix = `[${count === 0 ? '' : count}]${suffix}`;
    const name = `${element.name}${suffix}`;
    type = make({ name, size: of.size * count, kind: 'array', target: () => of, count });
  }
  return type;
}

function membersOf(entry: Entry, entries: Entries): Member[] {
  return entry.children
    .filter((c) => c.tag === TAG.member)
    .slice(0, MOST_MEMBERS)
    .map((c) => {
      const type = typeOf(c, entries) ?? UNKNOWN;
      const offset = numberOf(c, AT.dataMemberLocation) ?? offsetOf(c);
      const count = numberOf(c, AT.bitSize);
      const name = textOf(c, AT.name) ?? '';
      if (count === undefined) return { name, type, offset, bits: undefined };
      return { name, type, offset: 0, bits: { at: bitsAt(c, type, offset, count), count } };
    });
}

/** DWARF 2 wrote the place of a member as an expression: DW_OP_plus_uconst. */
function offsetOf(entry: Entry): number {
  const PLUS_CONSTANT = 0x23;
  const block = entry.attributes.get(AT.dataMemberLocation)?.value;
  if (!(block instanceof Uint8Array) || block[0] !== PLUS_CONSTANT) return 0;
  return block.subarray(1).reduceRight((sum, byte) => sum * 128 + (byte & 0x7f), 0) % 0x1_0000_0000;
}

/** First bit of a bitfield. Before DWARF 4 it was counted from the other end of the unit it is stored in. */
function bitsAt(entry: Entry, type: CType, offset: number, count: number): number {
  const direct = numberOf(entry, AT.dataBitOffset);
  if (direct !== undefined) return offset * 8 + direct;
  const storage = (numberOf(entry, AT.byteSize) ?? type.size) * 8;
  return offset * 8 + storage - (numberOf(entry, AT.bitOffset) ?? 0) - count;
}

function valuesOf(entry: Entry): ReadonlyMap<number, string> {
  const values = new Map<number, string>();
  for (const child of entry.children) {
    const value = numberOf(child, AT.constValue);
    const name = textOf(child, AT.name);
    if (child.tag === TAG.enumerator && value !== undefined && name !== undefined && !values.has(value)) {
      values.set(value, name);
    }
  }
  return values;
}
