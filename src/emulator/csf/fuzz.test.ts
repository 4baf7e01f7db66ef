/**
 * Random words and mutated streams on the whole machine: never an exception of the program, and a group beside them
 * computes what it always computes.
 */
import { describe, expect, it } from 'vitest';
import { INSTRUCTIONS, rowNamed } from '../../spec/cs/isa.ts';
import { CS_CMD, CS_STATE, MCU_CS, MCU_CSG } from '../../spec/registers/mcu-private.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { enableAs, l2On, run, smallMachine, Tables } from '../fixtures/bench.ts';
import type { Machine } from '../machine.ts';
import { createCsf } from './csf.ts';
import { i } from './testing.ts';

const RING = 0x10_0000;
const DATA = 0x20_0000;
/** Physical places of hostile and good group, from the start of RAM. */
const PLACES = [0x1_0000, 0x4_0000] as const;
const DATA_AT = 0x1_0000;
const HOSTILE = 0;
const GOOD = 8;
const TIME_NS = 200_000;

/** xorshift32: the same numbers everywhere. */
function random(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

const wide = (next: () => number): bigint => (BigInt(next()) << 32n) | BigInt(next());

/** Good for every seed: 40 tasks, atomic sums, a store. */
const good = [
  i('MOVE48', { destination: 64, immediate: DATA }),
  i('MOVE48', { destination: 66, immediate: 3 }),
  i('MOVE32', { destination: 37, immediate: 40 }),
  i('MOVE32', { destination: 38, immediate: 1 }),
  i('MOVE32', { destination: 39, immediate: 1 }),
  i('SET_SB_ENTRY', { endpoint_entry: 3 }),
  i('RUN_COMPUTE', { task_increment: 1 }),
  i('SYNC_ADD64', { address: 64, data: 66, wait_mask: 8, signal_slot: 1 }),
  i('WAIT', { wait_mask: 255 }),
  i('LOAD_MULTIPLE', { address: 64, base_register: 70, mask: 3 }),
  i('WAIT', { wait_mask: 255 }),
  i('ADD_IMM32', { destination: 70, source: 70, immediate: 4 }),
  i('STORE_MULTIPLE', { address: 64, base_register: 70, mask: 1, offset: 64 }),
];

const opcodes = INSTRUCTIONS.flatMap((name) => rowNamed(name, 10)?.opcode ?? []);

/** A stream of 64 words: pointers first, then anything. */
function hostile(next: () => number, kind: 'words' | 'opcodes' | 'mutated'): bigint[] {
  const pointers = Array.from({ length: 8 }, (_, k) =>
    i('MOVE48', { destination: (next() % 47) * 2, immediate: (k % 2 === 0 ? RING : DATA) + (next() % 0x1000) }),
  );
  const rest = Array.from({ length: 56 }, (_, k) => {
    if (kind === 'words') return wide(next);
    if (kind === 'opcodes') return (BigInt(opcodes[next() % opcodes.length]!) << 56n) | (wide(next) >> 8n);
    return good[k % good.length]! ^ (1n << BigInt(next() % 64)) ^ (1n << BigInt(next() % 64));
  });
  return [...pointers, ...rest];
}

function start(machine: Machine, n: number, as: number, at: number, words: readonly bigint[]): void {
  const { memory, csf } = machine;
  words.forEach((w, k) => {
    memory.write32(memory.base + at + 8 * k, Number(w & 0xffff_ffffn));
    memory.write32(memory.base + at + 8 * k + 4, Number(w >> 32n));
  });
  const group = n >> 3;
  const set64 = (offset: number, value: number): void => {
    csf.writeStream(n, offset, value);
    csf.writeStream(n, offset + 4, 0);
  };
  csf.writeControl(
    MCU_CSG.CSG_CTRL.at(group).offset,
    MCU_CSG.CSG_CTRL.encode({ auto: 31 }) | (as << MCU_CSG.CSG_CTRL.field('as').lsb),
  );
  for (const mask of [MCU_CSG.CSG_EP_COMPUTE, MCU_CSG.CSG_EP_FRAGMENT, MCU_CSG.CSG_EP_TILER]) {
    csf.writeControl(mask.at(group).offset, 0xffff_ffff);
    csf.writeControl(mask.at(group).offset + 4, 0);
  }
  csf.writeControl(MCU_CSG.CSG_EP_LIMIT.at(group).offset, group === 1 ? 0xf001_0808 : 0x0001_0808);
  set64(MCU_CS.CS_RING_BASE.offset, RING);
  csf.writeStream(n, MCU_CS.CS_RING_SIZE.offset, 0x1000);
  set64(MCU_CS.CS_INSERT.offset, words.length * 8);
  csf.writeStream(n, MCU_CS.CS_CMD.offset, CS_CMD.START);
}

/** What the good group came to. */
function outcome(words: readonly bigint[]): { good: unknown; hostile: number } {
  const machine = smallMachine({ csf: createCsf });
  const { memory, csf } = machine;
  l2On(machine);
  machine.hostWrite(GPU_POWER.SHADER_PWRON.offset, 0xffff_ffff);
  machine.hostWrite(GPU_POWER.TILER_PWRON.offset, 1);
  PLACES.forEach((at, k) => {
    const tables = new Tables(memory, memory.base + 0x20_0000 + k * 0x10_0000);
    tables.map(RING, memory.base + at);
    tables.map(DATA, memory.base + at + DATA_AT);
    enableAs(machine, k + 1, tables.root);
  });
  start(machine, HOSTILE, 1, PLACES[0], words);
  start(machine, GOOD, 2, PLACES[1], good);
  run(machine, TIME_NS);
  const state = (n: number): number => csf.peekStream(n, MCU_CS.CS_STATUS.offset) & 15;
  return {
    good: {
      state: state(GOOD),
      registers: Array.from({ length: 96 }, (_, k) => csf.peekStream(GOOD, MCU_CS.CS_REG.at(k).offset)),
      memory: [...memory.readBytes(memory.base + PLACES[1] + DATA_AT, 0x1000)],
    },
    hostile: state(HOSTILE),
  };
}

describe('hostile streams', () => {
  const alone = outcome([]).good;

  it('the good group does something', () => {
    expect(alone).toMatchObject({ state: CS_STATE.EMPTY });
    expect((alone as { memory: number[] }).memory[64]).toBe(7);
  });

  it.each(['words', 'opcodes', 'mutated'] as const)(
    'of random %s never break the program or their neighbours',
    (kind) => {
      const ends = new Map<number, number>();
      for (let seed = 1; seed <= 40; seed++) {
        const found = outcome(hostile(random(seed * 2_654_435), kind));
        expect(found.good, `seed ${seed}`).toEqual(alone);
        ends.set(found.hostile, (ends.get(found.hostile) ?? 0) + 1);
      }
      // They do get somewhere, and most of them die.
      expect(ends.get(CS_STATE.FATAL) ?? 0).toBeGreaterThan(10);
    },
  );
});
