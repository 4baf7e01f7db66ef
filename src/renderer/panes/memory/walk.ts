/** A page walk for people: what each entry is, what its bits say, and where the address ends up. Pure. */
import type { WalkView } from '../../../protocol/driver-views.ts';
import {
  ENTRY,
  LAST_LEVEL,
  LEVELS,
  SH,
  decodeLeaf,
  entryAddress,
  entryKind,
  memattrOf,
  memoryType,
  tableIndex,
} from '../../../spec/page-table.ts';

export interface WalkRow {
  readonly level: number;
  readonly index: number;
  /** Physical address of the entry. */
  readonly at: number;
  readonly lo: number;
  readonly hi: number;
  readonly kind: string;
  /** Next table, or what the leaf maps; undefined for an entry that maps nothing. */
  readonly address: number | undefined;
  /** Permissions and memory type of a leaf. */
  readonly attributes: readonly string[];
}

export interface Walk {
  readonly rows: readonly WalkRow[];
  /** Physical address; undefined when the walk ends early. */
  readonly physical: number | undefined;
  /** Bytes the leaf covers. */
  readonly size: number;
  readonly verdict: string;
}

const KIND_NAMES: Readonly<Record<number, string>> = {
  [ENTRY.INVALID]: 'invalid',
  [ENTRY.TABLE]: 'table',
  [ENTRY.BLOCK]: 'block',
  [ENTRY.PAGE]: 'page',
  [ENTRY.BAD_BLOCK]: 'block not allowed here',
};
const SH_NAMES: Readonly<Record<number, string>> = {
  [SH.NON]: 'not shareable',
  [SH.OUTER]: 'outer shareable',
  [SH.INNER]: 'inner shareable',
};
const TYPE_NAMES = ['shared', 'non-cacheable', 'write-back', 'fault'] as const;

/** Decodes a walk of `address`. */
export function decodeWalk(walk: WalkView, address: number): Walk {
  const memattr = { lo: walk.memattrLo, hi: walk.memattrHi };
  const rows = walk.steps.map(({ level, address: at, lo, hi }): WalkRow => {
    const kind = entryKind(lo, level);
    const leaf = kind === ENTRY.BLOCK || kind === ENTRY.PAGE;
    return {
      level,
      index: tableIndex(address, level),
      at,
      lo,
      hi,
      kind: KIND_NAMES[kind] ?? '',
      address: kind === ENTRY.TABLE || leaf ? entryAddress(lo, hi) : undefined,
      attributes: leaf ? leafWords(lo, hi, memattr) : [],
    };
  });
  const last = rows.at(-1);
  if (last === undefined) return { rows, physical: undefined, size: 0, verdict: 'the root table is not in RAM' };
  if (last.kind !== 'page' && last.kind !== 'block') {
    const inside = last.kind === 'table' ? 'the next table is not in RAM' : `level ${last.level} is ${last.kind}`;
    return { rows, physical: undefined, size: 0, verdict: `not mapped: ${inside}` };
  }
  const size = LEVELS[Math.min(last.level, LAST_LEVEL)]?.size ?? 0;
  return { rows, physical: (last.address ?? 0) + (address % size), size, verdict: last.attributes.join(', ') };
}

function leafWords(lo: number, hi: number, memattr: { lo: number; hi: number }): string[] {
  const { readOnly, noExec, user, af, ng, sh, attrIndex } = decodeLeaf(lo, hi);
  const type = TYPE_NAMES[memoryType(memattrOf(memattr, attrIndex))] ?? '';
  return [
    readOnly ? 'read-only' : 'writable',
    noExec ? 'no execution' : 'executable',
    `AttrIndx ${attrIndex} (${type})`,
    SH_NAMES[sh] ?? `shareability ${sh}`,
    ...(user ? [] : ['privileged']),
    ...(af ? [] : ['access flag clear']),
    ...(ng ? [] : ['global']),
  ];
}
