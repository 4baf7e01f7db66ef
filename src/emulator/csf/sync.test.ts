import { describe, expect, it } from 'vitest';
import { FAULT } from '../../spec/faults.ts';
import { CS_REASON, CS_STATE, MCU_TIMING } from '../../spec/registers/mcu-private.ts';
import { Bench, HZ, i } from './testing.ts';

const OBJECT = 0x1000_0000;
const SYSTEM = { scope: 0 };
const CSG = { scope: 2 };
const FAULT_BIT = 1 << 5;

/** d64 = object, d66 = 1. */
const operands = [i('MOVE48', { destination: 64, immediate: OBJECT }), i('MOVE48', { destination: 66, immediate: 1 })];
const waitAbove0 = i('SYNC_WAIT64', { address: 64, data: 68, condition: 1 });
const done = i('MOVE32', { destination: 70, immediate: 0x77 });

function bench(): Bench {
  const b = new Bench();
  b.mmu.map(OBJECT, 0x1000);
  return b;
}

describe('SYNC_WAIT', () => {
  it('blocks, shows what it waits for, and is woken by another stream of the group after SYNC_WAKE', () => {
    const b = bench();
    b.startRing(8, [...operands, waitAbove0, done]);
    b.run();
    expect(b.field(8, 'CS_STATUS', 'state')).toBe(CS_STATE.BLOCKED);
    expect(b.field(8, 'CS_STATUS', 'reason')).toBe(CS_REASON.SYNC_WAIT);
    expect(b.get(8, 'CS_WAIT') >>> 0).toBe(0xc100_0000);
    expect(b.get(8, 'CS_WAIT_ADDR')).toBe(OBJECT);
    expect(b.event(8, 'SYNC_BLOCKED') && b.event(8, 'QUIET')).toBe(true);
    expect((b.getControl('CSG_STATE', 1) >>> 8) & 0xff).toBe(1);
    expect(b.csf.busy).toBe(false);
    b.clear(8, 0xffff);
    let wrote = 0;
    let woke = 0;
    b.trace.instruction = (cs, _pc, _lo, hi) => {
      if (cs === 9 && hi >>> 24 === 51) wrote = b.clock.now;
      if (cs === 8 && woke === 0) woke = b.clock.now;
    };
    b.startRing(9, [...operands, i('SYNC_ADD64', { address: 64, data: 66, ...CSG })]);
    b.run();
    expect(b.get(8, 'CS_REG', 70)).toBe(0x77);
    expect(b.event(8, 'BUSY')).toBe(true);
    expect(b.get(8, 'CS_WAIT')).toBe(0);
    expect(woke - wrote).toBeGreaterThanOrEqual((MCU_TIMING.SYNC_WAKE * 1e9) / HZ);
    expect(woke - wrote).toBeLessThan(100);
    expect(b.event(9, 'SYNC_UPDATE')).toBe(false);
  });

  it('does not notice another group or the CPU until CS_KICK', () => {
    const b = bench();
    b.startRing(0, [...operands, waitAbove0, done]);
    b.run();
    b.startRing(8, [...operands, i('SYNC_ADD64', { address: 64, data: 66, ...SYSTEM })]);
    b.run();
    expect(b.event(8, 'SYNC_UPDATE')).toBe(true);
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.BLOCKED);
    b.setControl('CS_KICK', 2);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.BLOCKED);
    b.clear(0, 0xffff);
    b.setControl('CS_KICK', 1);
    b.run();
    expect(b.get(0, 'CS_REG', 70)).toBe(0x77);
  });

  it('keeps blocking without news when a kick finds nothing', () => {
    const b = bench();
    b.startRing(0, [...operands, waitAbove0]);
    b.run();
    b.clear(0, 0xffff);
    b.setControl('CS_KICK', 0xff);
    b.run();
    expect(b.get(0, 'CS_EVENT')).toBe(0);
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.BLOCKED);
  });

  it('compares unsigned over both words, and 32-bit objects over one', () => {
    const b = bench();
    b.poke(OBJECT, 5, 1);
    b.startRing(0, [
      ...operands,
      i('MOVE48', { destination: 68, immediate: 0xffff_fff0 }),
      i('SYNC_WAIT64', { address: 64, data: 68, condition: 1, error_reject: 1 }),
      i('MOVE32', { destination: 72, immediate: 0xffff_ffff }),
      i('SYNC_WAIT32', { address: 64, data: 72, condition: 0, error_reject: 1 }),
      done,
    ]);
    b.run();
    expect(b.get(0, 'CS_REG', 70)).toBe(0x77);
  });

  it('inherits an error through the status word, or rejects it', () => {
    for (const [reject, error] of [
      [0, FAULT.CS_INHERIT_FAULT],
      [1, 0],
    ] as const) {
      const b = bench();
      b.poke(OBJECT, 1, 0, 1);
      b.startRing(0, [
        ...operands,
        i('SYNC_WAIT64', { address: 64, data: 68, condition: 1, error_reject: reject }),
        i('MOVE32', { destination: 70, immediate: 0x77 }),
      ]);
      b.run();
      expect(b.get(0, 'CS_FAULT') & 0xff).toBe(error);
      expect(b.get(0, 'CS_ERROR')).toBe(error);
      expect(b.event(0, 'FAULT')).toBe(error !== 0);
      expect(b.get(0, 'CS_REG', 70)).toBe(0x77);
      expect(b.get(0, 'CS_FAULT_EXTRACT')).toBe(error === 0 ? 0 : 16);
    }
  });
});

describe('error state and reports', () => {
  const inherit = i('SYNC_WAIT64', { address: 64, data: 68, condition: 1 });
  const spoiled = (): Bench => {
    const b = bench();
    b.poke(OBJECT, 1, 0, 1);
    b.mmu.map(OBJECT + 0x1000, 0x1000);
    return b;
  };
  const other = i('MOVE48', { destination: 72, immediate: OBJECT + 0x1000 });

  it('propagates through SYNC_SET, skips loads, ends at ERROR_BARRIER', () => {
    const b = spoiled();
    b.poke(OBJECT + 0x1020, 0x55);
    b.startRing(0, [
      ...operands,
      other,
      inherit,
      i('SYNC_SET32', { address: 72, data: 66, ...CSG, error_propagate: 1 }),
      i('LOAD_MULTIPLE', { base_register: 80, mask: 1, address: 72, offset: 32 }),
      i('STORE_STATE', { state: 3, address: 72, offset: 16 }),
      i('ERROR_BARRIER'),
      i('LOAD_MULTIPLE', { base_register: 81, mask: 1, address: 72, offset: 32 }),
      i('SYNC_SET64', { address: 72, data: 66, ...CSG }),
    ]);
    b.run();
    expect([0, 1, 2, 4].map((k) => b.word(OBJECT + 0x1000 + 4 * k))).toEqual([1, 0, 0, FAULT.CS_INHERIT_FAULT]);
    expect(b.get(0, 'CS_REG', 80)).toBe(0);
    expect(b.get(0, 'CS_REG', 81)).toBe(0x55);
    expect(b.field(0, 'CS_STATUS', 'error')).toBe(0);
  });

  it('lets no undeferred system-scope write pass a report that was not taken', () => {
    const b = spoiled();
    b.startRing(0, [
      ...operands,
      other,
      inherit,
      i('SYNC_ADD64', { address: 72, data: 66, ...CSG, error_propagate: 1 }),
      i('SYNC_ADD64', { address: 72, data: 66, ...SYSTEM, error_propagate: 1 }),
    ]);
    b.set(0, 'CS_MASK', 0); // masked or not
    b.run();
    expect(b.word(OBJECT + 0x1000)).toBe(1);
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.FAULT_HOLD);
    b.clear(0, FAULT_BIT);
    b.run();
    expect(b.word(OBJECT + 0x1000)).toBe(2);
    expect(b.word(OBJECT + 0x1008)).toBe(1);
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
  });

  it('holds a second fault until the first was taken', () => {
    const b = spoiled();
    b.startRing(0, [...operands, inherit, inherit, done]);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.FAULT_HOLD);
    expect(b.get(0, 'CS_FAULT_EXTRACT')).toBe(16);
    b.clear(0, FAULT_BIT);
    b.run();
    expect(b.event(0, 'FAULT')).toBe(true);
    expect(b.get(0, 'CS_FAULT_EXTRACT')).toBe(24);
    expect(b.get(0, 'CS_REG', 70)).toBe(0x77);
  });
});

describe('progress counters', () => {
  it('order streams of a group', () => {
    const b = bench();
    b.startRing(1, [
      i('MOVE48', { destination: 0, immediate: 2 }),
      i('PROGRESS_WAIT', { queue: 0, source: 0 }),
      i('PROGRESS_LOAD', { destination: 2 }),
      done,
    ]);
    b.run();
    expect(b.field(1, 'CS_STATUS', 'reason')).toBe(CS_REASON.PROGRESS_WAIT);
    b.startRing(0, [
      i('MOVE48', { destination: 0, immediate: 1 }),
      i('PROGRESS_STORE', { source: 0 }),
      i('WAIT', { progress_increment: 1 }),
    ]);
    b.run();
    expect(b.get(0, 'CS_PROGRESS')).toBe(2);
    expect(b.event(0, 'PROGRESS')).toBe(true);
    expect(b.get(1, 'CS_REG', 70)).toBe(0x77);
  });
});
