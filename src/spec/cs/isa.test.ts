import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arch, Row } from './isa.ts';
import {
  ARCHS,
  decode,
  encode,
  encodeRow,
  field,
  INSTRUCTIONS,
  LIMITS,
  rangeOf,
  reserved,
  rowNamed,
  rowsOf,
} from './isa.ts';
import { STAGING, stagingReads, stagingRegister } from './staging.ts';
import { mnemonics } from './syntax.ts';

const everyRow = ARCHS.flatMap((arch) => rowsOf(arch).map((row) => ({ arch, row })));

describe('the instruction table', () => {
  it('has the instructions of each architecture', () => {
    expect(ARCHS.map((arch) => rowsOf(arch).length)).toEqual([39, 44, 44, 71]);
    expect(new Set(INSTRUCTIONS).size).toBe(INSTRUCTIONS.length);
    expect(rowNamed('RUN_IDVS', 12)).toBeUndefined();
    expect(rowNamed('RUN_IDVS2', 12)?.opcode).toBe(12);
    expect(rowNamed('LOGIC_OP32', 10)).toBeUndefined();
  });

  it('gives every row its own encoding, with fields that do not overlap', () => {
    for (const arch of ARCHS) {
      const codes = rowsOf(arch).map((r) => `${r.opcode}/${r.sub?.value ?? 0}`);
      expect(new Set(codes).size).toBe(codes.length);
    }
    for (const { row } of everyRow) {
      const bits = row.fields.flatMap((f) => Array.from({ length: f.width }, (_, i) => f.lsb + i));
      if (row.sub !== undefined) bits.push(...Array.from({ length: 8 }, (_, i) => (row.sub?.lsb ?? 0) + i));
      expect(new Set(bits).size, row.name).toBe(bits.length);
      expect(Math.max(0, ...bits), row.name).toBeLessThan(56);
      for (const f of row.fields) if (f.lsb < 32 && f.lsb + f.width > 32) expect(f.lsb, row.name).toBe(0);
    }
  });

  it('says every field in the text form, exactly once', () => {
    for (const { row } of everyRow) {
      const said = row.modifiers.map((m) => m.field);
      for (const o of row.operands) {
        if (o.kind === 'registers') said.push(o.base, o.mask);
        else if (o.kind === 'memory') said.push(o.address, ...(o.offset === undefined ? [] : [o.offset]));
        else said.push(o.field);
      }
      expect(said.toSorted(), `${row.name} of ${row.arch}`).toEqual(row.fields.map((f) => f.name).toSorted());
      const texts = row.modifiers.flatMap((m) => Object.keys(m.values));
      expect(new Set(texts).size, row.name).toBe(texts.length);
    }
  });

  it('has no alias that hides another mnemonic', () => {
    for (const arch of ARCHS) for (const row of rowsOf(arch)) expect(mnemonics(arch).get(row.name)?.row).toBe(row);
  });

  it('gives deferred and always asynchronous instructions what they need', () => {
    for (const { row } of everyRow) {
      if (row.entry === 'signal') expect(row.byName['signal_slot'] && row.byName['wait_mask'], row.name).toBeDefined();
      if (row.execution === 'sync') expect(row.entry, row.name).toBe('none');
      if (row.execution === 'async') expect(row.entry, row.name).not.toBe('none');
    }
  });
});

/** Random values of all fields of a row. */
const valuesOf = (row: Row) =>
  fc.record(
    Object.fromEntries(row.fields.map((f) => [f.name, fc.integer({ min: rangeOf(f).min, max: rangeOf(f).max })])),
  );

describe('words', () => {
  it('decode to their row and give back their fields', () => {
    for (const { arch, row } of everyRow) {
      fc.assert(
        fc.property(valuesOf(row), (values) => {
          const { lo, hi } = encodeRow(row, values);
          expect(decode(lo, hi, arch)).toBe(row);
          expect(decode(lo | 0, hi | 0, arch)).toBe(row);
          expect(reserved(row, lo, hi)).toEqual({ lo: 0, hi: 0 });
          for (const f of row.fields) expect(field(lo | 0, hi | 0, f), `${row.name}.${f.name}`).toBe(values[f.name]);
        }),
        { seed: 7, numRuns: 20 },
      );
    }
  });

  it('agree with BigInt arithmetic on every field', () => {
    for (const { row } of everyRow) {
      fc.assert(
        fc.property(fc.integer(), fc.integer(), (lo, hi) => {
          const word = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
          for (const f of row.fields) {
            const cut = f.type === 'int' ? BigInt.asIntN : BigInt.asUintN;
            expect(field(lo, hi, f)).toBe(Number(cut(f.width, word >> BigInt(f.lsb))));
          }
        }),
        { seed: 8, numRuns: 20 },
      );
    }
  });

  it('are refused with a reason when a value does not fit', () => {
    expect(() => encode('BRANCH', { offset: 32768 }, 10)).toThrow('-32768..32767');
    expect(() => encode('WAIT', { wait_mask: 0x100 }, 10)).toThrow(RangeError);
    expect(encode('WAIT', { wait_mask: 0x100 }, 11)).toEqual({ lo: 0x0100_0000, hi: 0x0300_0000 });
    expect(() => encode('LOGIC_OP32', {}, 10)).toThrow('no instruction');
    expect(() => encode('MOVE32', { value: 1 }, 10)).toThrow('no field');
    expect(encode('MOVE48', { immediate: 0x7f00_0000_1000, destination: 64 }, 10)).toEqual({
      lo: 0x1000,
      hi: 0x0140_7f00,
    });
  });
});

describe('staging registers', () => {
  it('stay inside the register file and do not overlap inside a table without selects', () => {
    const arch = (name: string): Arch => (name === 'IDVS2' ? 12 : 10);
    for (const [name, entries] of Object.entries(STAGING)) {
      for (const e of entries) {
        expect(e.register + e.size).toBeLessThanOrEqual(LIMITS[arch(name)].registers);
        if (e.size === 2) expect(e.register % 2, e.name).toBe(0);
      }
    }
  });

  it('follow the selects', () => {
    const idvs = encode('RUN_IDVS', { varying_srt_select: 1, fragment_srt_select: 1, fragment_tsd_select: 0 }, 10);
    const row = rowNamed('RUN_IDVS', 10);
    const reads = row === undefined ? [] : stagingReads(row, idvs.lo, idvs.hi);
    const at = Object.fromEntries(reads.map((r) => [r.entry.name, r.register]));
    expect(at).toMatchObject({ VARYING_SRT: 2, FRAGMENT_SRT: 4, FRAGMENT_TSD: 24, FRAGMENT_FAU: 12 });
    expect(at).not.toHaveProperty('ITER_TRACE_ID0');
    const compute = encode('RUN_COMPUTE', { tsd_select: 3, task_increment: 1 }, 10);
    const run = rowNamed('RUN_COMPUTE', 10);
    const tsd =
      run === undefined ? undefined : stagingReads(run, compute.lo, compute.hi).find((r) => r.entry.name === 'TSD');
    expect(tsd?.register).toBe(30);
    expect(stagingRegister('IDVS2', 'OQ')).toBe(64);
    expect(stagingRegister('COMPUTE', 'nothing')).toBeUndefined();
  });
});
