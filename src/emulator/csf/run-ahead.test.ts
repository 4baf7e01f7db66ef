/**
 * The loop that runs plain instructions ahead comes to exactly what one instruction after the other comes to: random
 * programs with branches, bad operands and ends in odd places, once with a hook on every instruction, once without.
 */
import { describe, expect, it } from 'vitest';
import { CS_CMD, MCU_CS, MCU_CSG } from '../../spec/registers/mcu-private.ts';
import { enableAs, l2On, run, smallMachine, Tables } from '../fixtures/bench.ts';
import { createCsf } from './csf.ts';
import { i } from './testing.ts';

const RING = 0x10_0000;
const CODE = 0x20_0000;
const N = 0;
const AS = 1;
const PROGRAM_WORDS = 40;
/** Far beyond the longest program that ends; those that loop for ever are compared there. */
const TIME_NS = 60_000;

function random(seed: number): (below: number) => number {
  let x = seed * 2_654_435 || 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

function program(next: (below: number) => number): bigint[] {
  const register = () => (next(60) === 0 ? 96 + next(160) : next(96));
  const pair = () => (next(60) === 0 ? next(256) : 2 * next(48));
  const kinds: readonly (() => bigint)[] = [
    () => i('MOVE32', { destination: register(), immediate: next(2 ** 32) }),
    () => i('MOVE48', { destination: pair(), immediate: next(2 ** 32) * 0x1_0000 }),
    () => i('ADD_IMM32', { destination: register(), source: register(), immediate: next(8) - 4 }),
    () => i('ADD_IMM64', { destination: pair(), source: pair(), immediate: next(2 ** 31) - 2 ** 30 }),
    () => i('UMIN32', { destination: register(), source_0: register(), source_1: register() }),
    () => i('SET_SB_ENTRY', { endpoint_entry: next(9), other_entry: next(8) }),
    () => i('BRANCH', { value: register(), condition: next(30) === 0 ? 7 : next(7), offset: next(12) - 6 }),
    () => i('BRANCH', { value: register(), condition: next(7), offset: next(80) - 40 }),
    () => i('WAIT', { wait_mask: 1 }),
    () => i('NOP'),
  ];
  return Array.from({ length: PROGRAM_WORDS }, () => kinds[next(kinds.length)]!());
}

/** Everything that shows of a run; `at` is where in its page the program begins, in words. */
function outcome(words: readonly bigint[], at: number, watched: boolean): unknown {
  const machine = smallMachine({ csf: createCsf });
  const { memory, csf } = machine;
  const tables = new Tables(memory, memory.base + 0x20_0000);
  tables.map(RING, memory.base + 0x1_0000);
  tables.map(CODE, memory.base + 0x2_0000);
  tables.map(CODE + 0x1000, memory.base + 0x3_0000);
  const put = (base: number, index: number, word: bigint): void => {
    const page = base + (index >= 512 ? 0x1_0000 : 0);
    memory.write32(memory.base + page + 8 * (index % 512), Number(word & 0xffff_ffffn));
    memory.write32(memory.base + page + 8 * (index % 512) + 4, Number(word >> 32n));
  };
  const va = CODE + 8 * at;
  const ring = [
    i('MOVE48', { destination: 88, immediate: va }),
    i('MOVE32', { destination: 90, immediate: 8 * words.length }),
    i('CALL', { address: 88, length: 90 }),
    i('MOVE32', { destination: 91, immediate: 1 }),
  ];
  ring.forEach((word, k) => put(0x1_0000, k, word));
  words.forEach((word, k) => put(0x2_0000, at + k, word));
  l2On(machine);
  enableAs(machine, AS, tables.root);
  csf.writeControl(MCU_CSG.CSG_CTRL.at(0).offset, MCU_CSG.CSG_CTRL.encode({ as: AS, auto: 31 }));
  csf.writeStream(N, MCU_CS.CS_RING_BASE.offset, RING);
  csf.writeStream(N, MCU_CS.CS_RING_BASE.offset + 4, 0);
  csf.writeStream(N, MCU_CS.CS_RING_SIZE.offset, 0x1000);
  csf.writeStream(N, MCU_CS.CS_INSERT.offset, ring.length * 8);
  csf.writeStream(N, MCU_CS.CS_INSERT.offset + 4, 0);
  csf.writeStream(N, MCU_CS.CS_CMD.offset, CS_CMD.START);
  if (watched) machine.hooks.csf.breakpoint = () => false;
  run(machine, TIME_NS);
  const word = (offset: number): number => csf.peekStream(N, offset);
  return {
    hash: machine.stateHash(),
    status: word(MCU_CS.CS_STATUS.offset),
    instructions: word(MCU_CS.CS_INSTRS.offset),
    pc: word(MCU_CS.CS_PC.offset),
    registers: Array.from({ length: 96 }, (_, k) => word(MCU_CS.CS_REG.at(k).offset)),
    counters: csf.counters('csf', 0),
  };
}

describe('running ahead', () => {
  it('is not to be seen', () => {
    const seen = new Set<unknown>();
    for (let seed = 1; seed <= 24; seed++) {
      const words = program(random(seed));
      // Also across the end of a page.
      const at = seed % 3 === 0 ? 512 - (seed % PROGRAM_WORDS) : seed % 7;
      const plain = outcome(words, at, false);
      expect(plain, `seed ${seed}`).toEqual(outcome(words, at, true));
      seen.add((plain as { status: number }).status & 15);
    }
    // Some end, some loop, some die.
    expect(seen.size).toBeGreaterThanOrEqual(3);
  });
});
