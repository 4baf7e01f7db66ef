/**
 * Groups suspended and resumed at random moments by a scripted host, with queues that wait for each other: at the end
 * everything is as if they had never been. Fixed seeds.
 */
import { describe, expect, it } from 'vitest';
import * as fw from '../../spec/firmware/interface.ts';
import { MCU_CS } from '../../spec/registers/mcu-private.ts';
import { at, DATA, MS, started, type Rig } from './testing.ts';

const QUEUES = 3;
const ROUNDS = 25;
/** Sync objects of the queues; apart, so that each has a line of its own. */
const object = (j: number): number => DATA + 64 * (j % QUEUES);
/** 40.. hold sums; 0.. are used by `at`. */
const SUM = 40;

/** A loop that counts r84 down, so that a round lasts long enough to be suspended in. */
const DELAY = DATA + 0x800;
const delay = [
  ['ADD_IMM32', { destination: 84, source: 84, immediate: -1 }],
  ['BRANCH', { value: 84, condition: 1, offset: -2 }],
] as const;
const TURNS = 2000;

/** Queue j waits until its object says round k, adds to its sum, and lets the next queue go. */
function program(j: number) {
  return Array.from({ length: ROUNDS }, (_, k) => [
    ...at(object(j), k),
    ['SYNC_WAIT32', { address: 0, data: 2, condition: 1 }] as const,
    ['MOVE48', { destination: 80, immediate: DELAY }] as const,
    ['MOVE32', { destination: 82, immediate: 16 }] as const,
    ['MOVE32', { destination: 84, immediate: TURNS }] as const,
    ['CALL', { address: 80, length: 82 }] as const,
    ['ADD_IMM32', { destination: SUM, source: SUM, immediate: (k + 1) * (j + 1) }] as const,
    ...at(object(j + 1), 1),
    ['SYNC_ADD32', { address: 0, data: 2 }] as const,
  ]).flat();
}

function begun(): Rig {
  const rig = started(QUEUES);
  rig.code(DELAY, delay);
  for (let j = 0; j < QUEUES; j++) rig.submit(j, program(j));
  rig.ring(1, 1000);
  rig.vm.set(object(0), 1);
  rig.ring(0, 1000);
  return rig;
}

function outcome(rig: Rig, slot: number): { registers: number[][]; objects: number[]; extract: number[] } {
  const queues = Array.from({ length: QUEUES }, (_, j) => j);
  return {
    registers: queues.map((j) =>
      Array.from({ length: MCU_CS.CS_REG.count }, (_, i) =>
        rig.machine.csf.peekStream(slot * 8 + j, MCU_CS.CS_REG.at(i).offset),
      ),
    ),
    objects: queues.map((j) => rig.vm.get(object(j))),
    extract: queues.map((j) => rig.get(fw.QUEUE_OUTPUT.EXTRACT, 0, j)),
  };
}

describe('queues that wait for each other', () => {
  const whole = begun();
  whole.run(40 * MS);
  const expected = outcome(whole, 0);

  it('finish by themselves', () => {
    const sum = (ROUNDS * (ROUNDS + 1)) / 2;
    expect(expected.registers.map((r) => r[SUM])).toEqual([sum, 2 * sum, 3 * sum]);
    expect(expected.objects).toEqual([ROUNDS + 1, ROUNDS, ROUNDS]);
  });

  it.each([1, 2, 3, 4, 5, 6])('finish the same however often they are suspended (seed %d)', (seed) => {
    const rig = begun();
    let x = seed * 7919;
    let slot = 0;
    let under = 0;
    for (let n = 0; n < 12; n++) {
      x = (x * 1103515245 + 12345) & 0x7fff_ffff;
      rig.run(1000 + (x % 30_000));
      if (outcome(rig, slot).objects[2]! < ROUNDS) under++;
      rig.request(slot, 'SUSPEND');
      expect(rig.state(slot)).toBe(fw.CSG_STATE.SUSPEND);
      slot = (slot + 1 + (x % 7)) % 8;
      rig.program(slot, QUEUES);
      for (let j = 0; j < QUEUES; j++) {
        rig.set(fw.QUEUE_INPUT.EXTRACT, rig.get(fw.QUEUE_OUTPUT.EXTRACT, 0, j), 0, j);
      }
      rig.request(slot, 'RESUME', 2 ** QUEUES - 1);
      expect(rig.state(slot)).toBe(fw.CSG_STATE.RESUME);
    }
    rig.run(40 * MS);
    expect(under).toBeGreaterThan(2);
    expect(outcome(rig, slot)).toEqual(expected);
    expect(rig.odd).toEqual([]);
  });
});
