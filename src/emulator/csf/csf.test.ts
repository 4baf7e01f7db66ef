import { describe, expect, it } from 'vitest';
import { CS_STATE } from '../../spec/registers/mcu-private.ts';
import { Bench, i, RING } from './testing.ts';

const DATA = 0x1000_0000;

describe('a stream from START to its events', () => {
  it('moves, stores, adds to a sync object and tells the firmware', () => {
    const b = new Bench();
    b.powerUp();
    b.mmu.map(DATA, 0x1000);
    b.startRing(0, [
      i('MOVE48', { destination: 64, immediate: DATA }),
      i('MOVE32', { destination: 66, immediate: 0xdead_beef }),
      i('STORE_MULTIPLE', { address: 64, base_register: 66, mask: 1, offset: 8 }),
      i('MOVE48', { destination: 68, immediate: 1 }),
      i('SYNC_ADD64', { address: 64, data: 68, scope: 0 }),
    ]);
    expect(b.field(0, 'CS_STATUS', 'busy')).toBe(1);
    b.run();
    expect(b.word(DATA)).toBe(1);
    expect(b.word(DATA + 8)).toBe(0); // status word, cleared: no propagation
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
    expect(b.get(0, 'CS_EXTRACT')).toBe(40);
    for (const name of ['CMD_DONE', 'SYNC_UPDATE', 'QUIET']) expect(b.event(0, name), name).toBe(true);
    expect(b.lines[2]).toBe(1);
    expect(b.getControl('CS_PENDING')).toBe(1);
    b.clear(0, 0xffff);
    expect(b.lines[2]).toBe(0);
    expect(b.get(0, 'CS_INSTRS')).toBe(5);
    expect(b.csf.busy).toBe(false);
  });

  it('goes on when INSERT moves and wraps at the ring size', () => {
    const b = new Bench();
    b.startRing(3, [i('NOP')]);
    b.run();
    b.clear(3, 0xffff);
    b.program(
      RING + 3 * 0x1000,
      Array.from({ length: 512 }, () => i('ADD_IMM32', { source: 1, destination: 1, immediate: 1 })),
    );
    b.set(3, 'CS_INSERT', 0x1000 + 80);
    b.run();
    expect(b.get(3, 'CS_REG', 1)).toBe(512 + 9);
    expect(b.get(3, 'CS_PC')).toBe(RING + 3 * 0x1000 + 80);
    expect(b.event(3, 'EXTRACT')).toBe(true);
    expect(b.event(3, 'BUSY')).toBe(true);
  });
});
