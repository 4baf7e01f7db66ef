/** Page walks in words. */
import { describe, expect, it } from 'vitest';
import type { WalkView } from '../../../protocol/driver-views.ts';
import { LINUX_MAIR, encodeTable, linuxLeaf, mairToMemattr } from '../../../spec/page-table.ts';
import { decodeWalk } from './walk.ts';

const memattr = mairToMemattr(LINUX_MAIR, false);
const VA = 0x40_1234;

function walk(...entries: readonly { lo: number; hi: number }[]): WalkView {
  const steps = entries.map((e, level) => ({ level, address: 0x8000_0000 + level * 0x1000, ...e }));
  return { root: 0x8000_0000, vaBits: 48, memattrLo: memattr.lo, memattrHi: memattr.hi, steps };
}

const tables = [0x8000_1000, 0x8000_2000, 0x8000_3000].map(encodeTable);

describe('decodeWalk', () => {
  it('follows tables to a page', () => {
    const { rows, physical, size } = decodeWalk(walk(...tables, linuxLeaf(0x9000_5000, 3, { readOnly: true })), VA);
    expect(rows.map((r) => r.kind)).toEqual(['table', 'table', 'table', 'page']);
    expect(rows.map((r) => r.index)).toEqual([0, 0, 2, 1]);
    expect(rows[0]?.address).toBe(0x8000_1000);
    expect(physical).toBe(0x9000_5234);
    expect(size).toBe(0x1000);
    expect(rows[3]?.attributes).toEqual(['read-only', 'executable', 'AttrIndx 1 (write-back)', 'inner shareable']);
  });

  it('takes a block with its offset', () => {
    const block = linuxLeaf(0x9020_0000, 2, { noExec: true, uncached: true });
    const { physical, verdict } = decodeWalk(walk(...tables.slice(0, 2), block), VA);
    expect(physical).toBe(0x9020_1234);
    expect(verdict).toBe('writable, no execution, AttrIndx 0 (non-cacheable), outer shareable');
  });

  it('says where it ends', () => {
    const none = { lo: 0, hi: 0 };
    expect(decodeWalk(walk(...tables, none), VA)).toMatchObject({
      physical: undefined,
      verdict: 'not mapped: level 3 is invalid',
    });
    expect(decodeWalk(walk(linuxLeaf(0, 2, {})), VA).verdict).toMatch(/level 0 is block not allowed/);
    expect(decodeWalk(walk(...tables), VA).verdict).toMatch(/next table is not in RAM/);
    expect(decodeWalk(walk(), VA).verdict).toMatch(/root table is not in RAM/);
  });
});
