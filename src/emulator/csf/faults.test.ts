/** Each thing a stream can do wrong ends it with the right code, and shows where. */
import { describe, expect, it } from 'vitest';
import { FAULT } from '../../spec/faults.ts';
import { CS_STATE } from '../../spec/registers/mcu-private.ts';
import { UNIT } from '../wiring.ts';
import { Bench, callFrom, i, RING } from './testing.ts';

const CODE = 0x2000_0000;
const INSTR_INVALID = FAULT.CS_INSTR_INVALID;

/** Runs words in a called frame; returns the bench with a dead or finished stream 0. */
function runFrame(words: readonly bigint[], prepare?: (b: Bench) => void): Bench {
  const b = new Bench();
  prepare?.(b);
  b.program(CODE, words);
  b.startRing(0, callFrom(CODE, words.length * 8));
  b.run();
  return b;
}

function exception(b: Bench): number {
  return b.get(0, 'CS_FATAL') & 0xff;
}

describe('fatal errors', () => {
  const invalid: readonly (readonly [string, bigint])[] = [
    ['unknown opcode', 0xff00_0000_0000_0000n],
    ['opcode of a later architecture', 0x1300_0000_0000_0000n],
    ['odd pair', i('MOVE48', { destination: 65 })],
    ['pair beyond the file', i('MOVE48', { destination: 96 })],
    ['register beyond the file', i('MOVE32', { destination: 96 })],
    ['tuple beyond the file', i('LOAD_MULTIPLE', { base_register: 90, mask: 0x40, address: 0 })],
    ['odd address pair', i('STORE_MULTIPLE', { base_register: 0, mask: 1, address: 3 })],
    ['reserved condition', i('BRANCH', { condition: 7 })],
    ['branch beyond the frame', i('BRANCH', { condition: 6, offset: 5 })],
    ['reserved sync scope', i('SYNC_ADD64', { scope: 1 })],
    ['sync wait with another condition', i('SYNC_WAIT64', { condition: 2 })],
    ['missing scoreboard entry', i('SET_SB_ENTRY', { endpoint_entry: 8 })],
    ['missing signal entry', i('FLUSH_CACHE2', { signal_slot: 9 })],
    ['missing queue', i('PROGRESS_WAIT', { queue: 8 })],
    ['reserved heap operation', i('HEAP_OPERATION', { operation: 2 })],
    ['reserved exception type', i('SET_EXCEPTION_HANDLER', { exception_type: 4 })],
  ];
  for (const [what, word] of invalid) {
    it(`CS_INSTR_INVALID: ${what}`, () => {
      const b = runFrame([i('MOVE32', { destination: 10, immediate: 7 }), word, i('NOP')]);
      expect(exception(b)).toBe(INSTR_INVALID);
      expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.FATAL);
      expect(b.event(0, 'FATAL')).toBe(true);
      expect(b.get(0, 'CS_PC')).toBe(CODE + 8);
      expect(b.get(0, 'CS_REG', 10)).toBe(7);
      // A ring CALL that did not return has not retired.
      expect(b.get(0, 'CS_EXTRACT')).toBe(16);
      const info = (BigInt(b.csf.peekStream(0, 0xc4)) << 32n) | BigInt(b.csf.peekStream(0, 0xc0));
      expect(info).toBe(word);
    });
  }

  it('CS_INSTR_INVALID: JUMP in the ring', () => {
    const b = new Bench();
    b.startRing(0, [i('JUMP', { address: 90, length: 92 })]);
    b.run();
    expect(exception(b)).toBe(INSTR_INVALID);
  });

  it('CS_INSTR_INVALID: misaligned CALL', () => {
    const b = new Bench();
    b.startRing(0, callFrom(CODE + 4, 8));
    b.run();
    expect(exception(b)).toBe(INSTR_INVALID);
  });

  it('CS_CALL_STACK_OVERFLOW with the eighth nested CALL, not before', () => {
    const words = [i('ADD_IMM32', { source: 1, destination: 1, immediate: 1 }), i('CALL', { address: 90, length: 92 })];
    const b = runFrame(words);
    expect(exception(b)).toBe(FAULT.CS_CALL_STACK_OVERFLOW);
    expect(b.get(0, 'CS_REG', 1)).toBe(7);
    expect(b.field(0, 'CS_DEPTH', 'depth')).toBe(7);
  });

  const bus: readonly (readonly [string, bigint, number])[] = [
    ['unmapped load', i('LOAD_MULTIPLE', { base_register: 4, mask: 1, address: 0 }), 0x5000_0000],
    ['misaligned store', i('STORE_MULTIPLE', { base_register: 4, mask: 1, address: 0, offset: 2 }), 0x5000_0002],
    ['unmapped sync object', i('SYNC_SET32', { address: 0, data: 4 }), 0x5000_0000],
    ['misaligned sync object', i('SYNC_WAIT64', { address: 2, data: 4 }), 0x5000_0004],
    ['negative address', i('LOAD_MULTIPLE', { base_register: 4, mask: 1, address: 6, offset: -4 }), -1],
  ];
  for (const [what, word, va] of bus) {
    it(`CS_BUS_FAULT: ${what}`, () => {
      const b = runFrame([
        i('MOVE48', { destination: 0, immediate: 0x5000_0000 }),
        i('MOVE48', { destination: 2, immediate: 0x5000_0004 }),
        word,
      ]);
      expect(exception(b)).toBe(FAULT.CS_BUS_FAULT);
      if (va >= 0) expect(b.get(0, 'CS_FATAL_INFO')).toBe(va);
      const mmu = b.mmu.raised[0];
      expect(mmu === undefined).toBe(what.startsWith('misaligned'));
      if (mmu !== undefined) {
        expect(mmu.source).toEqual({ unit: UNIT.CS_DATA, cs: 0, ctx: 0, core: 0 });
        if (va >= 0) expect(mmu.fault.va).toBe(va);
      }
    });
  }

  it('CS_BUS_FAULT: fetch from nowhere, at the end of a mapped page', () => {
    const b = new Bench();
    b.program(CODE + 0xff8, [i('NOP')]);
    b.startRing(0, callFrom(CODE + 0xff8, 16));
    b.run();
    expect(exception(b)).toBe(FAULT.CS_BUS_FAULT);
    expect(b.get(0, 'CS_FATAL_INFO')).toBe(CODE + 0x1000);
    expect(b.mmu.raised[0]?.source.unit).toBe(UNIT.CS_FETCH);
  });

  it('changes nothing when a store crosses into a missing page', () => {
    const b = runFrame(
      [
        i('MOVE48', { destination: 0, immediate: 0x1000_0ffc }),
        i('MOVE32', { destination: 2, immediate: 9 }),
        i('STORE_MULTIPLE', { base_register: 2, mask: 3, address: 0 }),
      ],
      (bench) => bench.poke(0x1000_0ffc, 5),
    );
    expect(exception(b)).toBe(FAULT.CS_BUS_FAULT);
    expect(b.get(0, 'CS_FATAL_INFO')).toBe(0x1000_1000);
    expect(b.word(0x1000_0ffc)).toBe(5);
  });

  it('CS_CONFIG_FAULT for a ring whose size is no power of two', () => {
    const b = new Bench();
    b.set(0, 'CS_RING_BASE', RING);
    b.set(0, 'CS_RING_SIZE', 0x1800);
    b.command(0, 'START');
    b.run();
    expect(exception(b)).toBe(FAULT.CS_CONFIG_FAULT);
    expect(b.event(0, 'CMD_DONE')).toBe(true);
  });

  it('CS_ENDPOINT_FAULT for a job of a group without cores', () => {
    const b = new Bench();
    b.startRing(0, [i('RUN_FRAGMENT')]);
    b.run();
    expect(exception(b)).toBe(FAULT.CS_ENDPOINT_FAULT);
  });

  it('ends only with RESET, which leaves nothing', () => {
    const b = runFrame([0xff00_0000_0000_0000n]);
    b.command(0, 'START');
    b.run();
    expect(b.field(0, 'CS_STATUS', 'refused')).toBe(1);
    expect(b.reports.at(-1)?.kind).toBe(4);
    b.command(0, 'RESET');
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.STOPPED);
    for (let offset = 0; offset < 0x1000; offset += 4) {
      if (offset !== 0x14) expect(b.csf.peekStream(0, offset), offset.toString(16)).toBe(0);
    }
  });
});

describe('legal ends of frames', () => {
  it('branches to the end of a frame, calls of length 0 and tails of several frames return', () => {
    const b = new Bench();
    const inner = CODE + 0x100;
    b.program(inner, [i('BRANCH', { condition: 6, offset: 1 }), i('MOVE32', { destination: 3, immediate: 1 })]);
    b.program(CODE, [
      i('MOVE48', { destination: 0, immediate: inner }),
      i('CALL', { address: 0, length: 2 }),
      i('MOVE32', { destination: 2, immediate: 16 }),
      i('CALL', { address: 0, length: 2 }),
    ]);
    b.startRing(0, [...callFrom(CODE, 32), i('MOVE32', { destination: 5, immediate: 8 })]);
    b.run();
    expect(b.get(0, 'CS_FATAL')).toBe(0);
    expect(b.get(0, 'CS_REG', 3)).toBe(0);
    expect(b.get(0, 'CS_REG', 5)).toBe(8);
    expect(b.get(0, 'CS_EXTRACT')).toBe(32);
  });

  it('jumps without pushing', () => {
    const b = new Bench();
    b.program(CODE, [
      i('MOVE48', { destination: 0, immediate: CODE + 0x800 }),
      i('MOVE32', { destination: 2, immediate: 8 }),
      i('JUMP', { address: 0, length: 2 }),
      i('MOVE32', { destination: 3, immediate: 1 }),
    ]);
    b.program(CODE + 0x800, [i('MOVE32', { destination: 4, immediate: 2 })]);
    b.startRing(0, callFrom(CODE, 32));
    b.run();
    expect([b.get(0, 'CS_REG', 3), b.get(0, 'CS_REG', 4), b.get(0, 'CS_EXTRACT')]).toEqual([0, 2, 24]);
  });
});
