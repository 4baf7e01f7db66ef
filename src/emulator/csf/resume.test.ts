/** What a resume must rebuild from the loaded registers, and what must happen at its exact cycle. */
import { describe, expect, it } from 'vitest';
import { CS_REASON, CS_STATE, JOB_STATE, MCU_CS } from '../../spec/registers/mcu-private.ts';
import { COST_LOCAL, COST_MEMORY } from './choices.ts';
import { Bench, callFrom, i, ManualUnit } from './testing.ts';

const DATA = 0x1000_0000;
const CODE = 0x2000_0000;
const RUN_COMPUTE = 4;
const QUEUED = 1 | (RUN_COMPUTE << 4) | (3 << 12) | (JOB_STATE.QUEUED << 16);

const oneGroup = [37, 38, 39].map((destination) => i('MOVE32', { destination, immediate: 1 }));
const runOne = i('RUN_COMPUTE', { task_increment: 1 });

function bench(): { b: Bench; unit: ManualUnit } {
  const b = new Bench();
  const unit = new ManualUnit();
  b.csf.registerUnit(0, unit);
  b.powerUp();
  b.mmu.map(DATA, 0x1000);
  return { b, unit };
}

describe('START from a loaded state', () => {
  it('counts jobs in their entries and issues above their order, wrap included', () => {
    for (const [loaded, next] of [
      [5, 6],
      [0xffff_ffff, 0],
    ] as const) {
      const { b, unit } = bench();
      b.set(0, 'JOB_CTRL', QUEUED, 0);
      b.set(0, 'JOB_SEQ', loaded, 0);
      b.set(0, 'JOB_TOTAL', 2, 0);
      b.set(0, 'JOB_NEXT', 1, 0);
      b.startRing(0, [...oneGroup, runOne, i('WAIT', { wait_mask: 8 })]);
      b.run();
      expect(b.get(0, 'JOB_SEQ', 1)).toBe(next);
      expect(b.get(0, 'CS_SB', 3)).toBe(1);
      expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.SB_WAIT);
      expect(unit.started.map((t) => t.task)).toEqual([1]);
      unit.port?.done(0);
      b.run();
      expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
    }
  });

  it('issues deferred operations above the loaded ones', () => {
    const { b } = bench();
    b.set(0, 'JOB_CTRL', QUEUED, 0);
    b.set(0, 'JOB_TOTAL', 1, 0);
    b.set(0, 'DEFER_CTRL', 1 | (1 << 4) | (7 << 16), 2);
    b.set(0, 'DEFER_DEPS', 1, 2);
    b.startRing(0, [
      i('MOVE48', { destination: 64, immediate: DATA }),
      i('SYNC_SET64', { address: 64, data: 66, scope: 2, wait_mask: 8, signal_slot: 2 }),
    ]);
    b.run();
    expect(b.get(0, 'DEFER_CTRL', 0) >>> 16).toBe(8);
    expect(b.get(0, 'CS_SB', 1)).toBe(1);
  });
});

describe('deferred operations that become ready together', () => {
  it('act in the order of issue, not of their entries, also over a save', () => {
    const { b, unit } = bench();
    b.set(0, 'JOB_CTRL', QUEUED, 0);
    b.set(0, 'JOB_TOTAL', 1, 0);
    const word = i('SYNC_SET32', { address: 64, data: 66, scope: 2, wait_mask: 8, signal_slot: 1 });
    for (const [entry, seq] of [
      [0, 0],
      [2, 0xffff],
    ] as const) {
      const { offset } = MCU_CS.DEFER_INSTR.at(entry);
      b.csf.writeStream(0, offset, Number(word & 0xffff_ffffn));
      b.csf.writeStream(0, offset + 4, Number(word >> 32n));
      b.set(0, 'DEFER_ADDR', DATA, entry);
      b.set(0, 'DEFER_DATA', 100 + entry, entry);
      b.set(0, 'DEFER_DEPS', 1, entry);
      b.set(0, 'DEFER_CTRL', 1 | (1 << 4) | (seq << 16), entry);
    }
    b.startRing(0, []);
    b.run();
    b.csf.load(b.csf.save());
    unit.port?.done(0);
    expect(b.word(DATA)).toBe(100);
  });
});

describe('PREEMPT', () => {
  it('ends when the last task has left its core, and leaves the job PREEMPTED', () => {
    const { b, unit } = bench();
    b.power.set(1, true);
    b.startRing(0, [i('MOVE32', { destination: 37, immediate: 3 }), ...oneGroup.slice(1), runOne]);
    b.run();
    b.command(0, 'STOP');
    b.run();
    b.clear(0, 0xffff);
    b.command(0, 'PREEMPT');
    b.run();
    expect(b.event(0, 'CMD_DONE')).toBe(false);
    unit.port?.done(0);
    expect(b.event(0, 'CMD_DONE')).toBe(true);
    expect((b.get(0, 'JOB_CTRL', 0) >>> 16) & 15).toBe(JOB_STATE.PREEMPTED);
    expect(b.get(0, 'JOB_NEXT', 0)).toBe(1);
    expect(unit.started).toHaveLength(1);
    b.command(0, 'START');
    b.run();
    expect(unit.started.map((t) => t.task)).toEqual([0, 1]);
  });
});

describe('handlers', () => {
  it('give the interrupted frame back, however deep it was', () => {
    const { b } = bench();
    const once = i('ADD_IMM32', { destination: 22, source: 22, immediate: 1 });
    b.program(CODE, [
      once,
      i('SYNC_WAIT64', { address: 64, data: 66, condition: 1 }),
      i('MOVE32', { destination: 20, immediate: 7 }),
    ]);
    b.program(CODE + 0x100, [i('ADD_IMM32', { destination: 21, source: 21, immediate: 1 })]);
    b.set(0, 'CS_EXC_ADDR', CODE + 0x100, 2);
    b.set(0, 'CS_EXC_LEN', 8, 2);
    b.startRing(0, [i('MOVE48', { destination: 64, immediate: DATA }), ...callFrom(CODE, 24), i('NOP')]);
    b.run();
    b.command(0, 'EXCEPTION', 2);
    b.run();
    expect(b.get(0, 'CS_REG', 21)).toBe(1);
    expect([b.get(0, 'CS_DEPTH'), b.get(0, 'CS_PC'), b.get(0, 'CS_EXTRACT')]).toEqual([1, CODE + 8, 24]);
    expect(b.get(0, 'CS_REG', 22)).toBe(1);
    b.poke(DATA, 1);
    b.setControl('CS_KICK', 1);
    b.run();
    expect([b.get(0, 'CS_REG', 20), b.get(0, 'CS_EXTRACT')]).toEqual([7, 40]);
  });
});

describe('exact time', () => {
  it('of an access behind local instructions', () => {
    const { b } = bench();
    const stamp = (offset: number): bigint => i('STORE_STATE', { address: 64, offset, state: 1 });
    const local = Array.from({ length: 9 }, () => i('NOP'));
    b.program(CODE, [i('MOVE48', { destination: 64, immediate: DATA }), stamp(0), ...local, stamp(8)]);
    b.startRing(0, callFrom(CODE, 12 * 8));
    b.run();
    // Instants are whole ns, so each slice may round up by less than a cycle.
    const cycles = b.word(DATA + 8) - b.word(DATA);
    expect(cycles).toBeGreaterThanOrEqual(COST_MEMORY + 9 * COST_LOCAL);
    expect(cycles).toBeLessThanOrEqual(COST_MEMORY + 9 * COST_LOCAL + 2);
  });

  it('of EXTRACT entering a new line', () => {
    const { b } = bench();
    b.startRing(
      0,
      Array.from({ length: 16 }, () => i('NOP')),
    );
    while (!b.event(0, 'CMD_DONE')) b.step(1);
    const start = b.domain.cycles();
    while (!b.event(0, 'EXTRACT')) b.step(1);
    expect(b.domain.cycles() - start).toBeGreaterThanOrEqual(7 * COST_LOCAL);
    expect(b.get(0, 'CS_EXTRACT')).toBe(64);
  });
});
