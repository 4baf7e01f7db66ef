/** The tables against compact copies of the register descriptions they were made from (fixtures/), and what must hold of any register map. */
import { describe, expect, it } from 'vitest';
import mcuFixture from './fixtures/mcu-hw.json' with { type: 'json' };
import hostFixture from './fixtures/registers.json' with { type: 'json' };
import {
  allBlocks,
  type BlockInfo,
  findRegister,
  hostBlocks,
  mcuBlocks,
  type Register,
  streamBlocks,
  STREAM_STRIDE,
} from './index.ts';

type Fields = Readonly<Record<string, readonly [number, number]>>;
type Shape = {
  count?: number;
  stride?: number;
  inner?: readonly { count: number; stride: number }[];
  write_when?: string;
};
type Row = readonly [string, number, number, string, number, Fields, string, Shape?];

const hostRows = hostFixture as unknown as readonly Row[];
const mcuRows = mcuFixture as unknown as readonly Row[];

const shapeOf = (r: Register) => ({
  width: r.width,
  access: r.access,
  reset: r.reset,
  fields: Object.fromEntries(r.fields.map((f) => [f.name, [f.lsb, f.width]])),
});
const expected = ([, , width, access, reset, fields]: Row) => ({ width, access, reset, fields });

describe('host window', () => {
  it.each(hostRows.map((row) => [row[0], row] as const))('%s is as described', (name, row) => {
    const register = findRegister(name);
    expect(register?.offset).toBe(row[1]);
    expect(register && shapeOf(register)).toEqual(expected(row));
  });

  it('has nothing that is not described', () => {
    const known = new Set(hostRows.map((row) => row[0]));
    const ours = hostBlocks.flatMap((b) => b.registers).flatMap((r) => r.elements());
    expect(ours.map((r) => r.name).filter((name) => !known.has(name))).toEqual([]);
    expect(ours).toHaveLength(322);
  });
});

describe('private hardware of the MCU', () => {
  const streamOffset = 0x100_0000;
  it.each(mcuRows.map((row) => [row[0], row] as const))('%s is as described', (name, row) => {
    const register = findRegister(name);
    const shape = row[7] ?? {};
    const inStream = row[1] >= streamOffset;
    expect(register?.offset).toBe(inStream ? row[1] - streamOffset : row[1]);
    expect(register && shapeOf(register)).toEqual(expected(row));
    const outer = shape.count === undefined ? [] : [{ count: shape.count, stride: shape.stride }];
    // The outer dimension of the stream interfaces is the interface itself.
    const dims = inStream ? (shape.inner ?? []) : [...outer, ...(shape.inner ?? [])];
    expect(register?.dims).toEqual(dims);
    expect(register?.init.writeWhen).toBe(shape.write_when);
    expect(register?.origin).toBe('chosen');
    expect(register?.block).toBe(row[6]);
  });

  it('has nothing that is not described', () => {
    const known = new Set(mcuRows.map((row) => row[0]));
    const ours = [...mcuBlocks, ...streamBlocks].flatMap((b) => b.registers);
    expect(ours.map((r) => r.key).filter((key) => !known.has(key))).toEqual([]);
    expect(ours).toHaveLength(mcuRows.length);
  });
});

describe('any register map', () => {
  const views: readonly (readonly BlockInfo[])[] = [hostBlocks, mcuBlocks, streamBlocks];

  it('has no two registers at one word, all aligned, all in the window', () => {
    for (const blocks of views) {
      const taken = new Map<number, string>();
      for (const r of blocks.flatMap((b) => b.registers).flatMap((x) => x.elements())) {
        expect(r.offset % (r.width / 8), r.name).toBe(0);
        for (let at = r.offset; at < r.offset + r.width / 8; at += 4) {
          expect(taken.get(at), r.name).toBeUndefined();
          taken.set(at, r.name);
        }
      }
      const last = Math.max(...taken.keys());
      expect(last).toBeLessThan(blocks === streamBlocks ? STREAM_STRIDE : 0x20_0000);
    }
  });

  it('has fields inside their registers, apart unless they exclude each other, with values that fit', () => {
    for (const r of allBlocks.flatMap((b) => b.registers)) {
      r.fields.forEach((f, i) => {
        expect(f.lsb + f.width, `${r.name}.${f.name}`).toBeLessThanOrEqual(r.width);
        for (const value of Object.values(f.enum ?? {})) expect(() => f.valueOf(value)).not.toThrow();
        for (const g of r.fields.slice(i + 1)) {
          const apart = f.lsb + f.width <= g.lsb || g.lsb + g.width <= f.lsb;
          const exclusive =
            (f.when !== undefined && g.when !== undefined && f.when.value !== g.when.value) ||
            (f.arch !== undefined && g.arch !== undefined);
          expect(apart || exclusive, `${r.name}: ${f.name} and ${g.name}`).toBe(true);
        }
        if (f.when !== undefined) expect(r.find(f.when.field), `${r.name}.${f.name}`).toBeDefined();
      });
    }
  });

  it('names and enum values are identifiers, names are unique over all views', () => {
    const seen = new Set<string>();
    for (const r of allBlocks.flatMap((b) => b.registers)) {
      for (const f of r.fields) {
        expect(f.name).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
        for (const name of Object.keys(f.enum ?? {})) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
      }
      expect(r.doc, r.name).toMatch(/\.$/);
      for (const e of r.elements()) {
        expect(seen.has(e.name), e.name).toBe(false);
        seen.add(e.name);
      }
    }
  });

  it('interrupt blocks are four words: RAWSTAT, CLEAR, MASK, STAT', () => {
    for (const name of ['GPU_INT', 'JOB_INT', 'MMU_INT', 'PWR_INT']) {
      const parts = ['RAWSTAT', 'CLEAR', 'MASK', 'STAT'].map((part) => findRegister(`${name}_${part}`));
      const base = parts[0]?.offset ?? 0;
      expect(parts.map((p) => (p?.offset ?? 0) - base)).toEqual([0, 4, 8, 12]);
      expect(parts.map((p) => p?.access)).toEqual(['RW1S', 'W1C', 'RW', 'RO']);
    }
  });
});
