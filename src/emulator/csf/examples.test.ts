/** Every example of the instruction set that states a result, run through a ring and a CALL. */
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../spec/cs/isa.ts';
import { CS_STATE } from '../../spec/registers/mcu-private.ts';
import { ARCH } from './isa.ts';
import { EXECUTED } from './execute.ts';
import examples from './fixtures/cs-examples.json' with { type: 'json' };
import { Bench, callFrom, i } from './testing.ts';

interface Example {
  readonly name: string;
  readonly arch: number;
  readonly words: readonly string[];
  readonly setup?: { readonly memory_u32?: Readonly<Record<string, number>> };
  readonly expect?: {
    readonly registers?: Readonly<Record<string, number>>;
    readonly memory_u32?: Readonly<Record<string, number>>;
    readonly memory_u64?: Readonly<Record<string, number>>;
  };
}

const all = examples as readonly Example[];
const CODE = 0x2000_0000;

function load(b: Bench, example: Example): void {
  const { setup, expect: wanted } = example;
  for (const [va, value] of Object.entries(setup?.memory_u32 ?? {})) b.poke(Number(va), value);
  for (const va of Object.keys({ ...wanted?.memory_u32, ...wanted?.memory_u64 })) b.mmu.map(Number(va), 16);
  b.program(
    CODE,
    example.words.map((w) => BigInt(w)),
  );
}

describe('instruction examples', () => {
  const mine = all.filter((e) => e.arch === ARCH);
  for (const example of mine.filter((e) => e.expect !== undefined)) {
    it(example.name, () => {
      const b = new Bench();
      load(b, example);
      b.mmu.map(0x1000_3000, 0x1000);
      b.startRing(0, callFrom(CODE, example.words.length * 8));
      b.run();
      expect(b.get(0, 'CS_FATAL')).toBe(0);
      expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
      for (const [name, value] of Object.entries(example.expect?.registers ?? {})) {
        expect(b.get(0, 'CS_REG', Number(name.slice(1))), name).toBe(value);
      }
      for (const [va, value] of Object.entries(example.expect?.memory_u32 ?? {})) {
        expect(b.word(Number(va)), va).toBe(value);
      }
      for (const [va, value] of Object.entries(example.expect?.memory_u64 ?? {})) {
        expect(b.word(Number(va) + 4) * 2 ** 32 + b.word(Number(va)), va).toBe(value);
      }
    });
  }

  it('takes both ways of if-else', () => {
    const words = all.find((e) => e.name === 'if-else')?.words.map((w) => BigInt(w)) ?? [];
    for (const [value, result] of [
      [5, 1],
      [0, 2],
      [0xffff_ffff, 2],
    ] as const) {
      const b = new Bench();
      b.startRing(0, [i('MOVE32', { destination: 66, immediate: value }), ...words]);
      b.run();
      expect(b.get(0, 'CS_REG', 67)).toBe(result);
    }
  });

  it('runs the ring entry of the kernel', () => {
    const b = new Bench();
    const entry = all.find((e) => e.name === 'kernel-ring-entry')?.words ?? [];
    b.mmu.map(0x2000_0000, 0x1000);
    b.mmu.map(0x8000_0001_0000, 0x1000);
    b.startRing(
      5,
      entry.map((w) => BigInt(w)),
    );
    b.run();
    expect(b.word(0x8000_0001_0000)).toBe(1);
    expect(b.get(5, 'CS_EXTRACT')).toBe(128);
    // The flush was due: id 0x1234 lies ahead of the counter.
    expect(b.caches.flushId).toBe(2);
    expect(b.event(5, 'SYNC_UPDATE')).toBe(true);
    expect(b.event(5, 'FATAL')).toBe(false);
  });

  it('runs a dispatch with its deferred signal', () => {
    const b = new Bench();
    b.powerUp();
    b.mmu.map(0x1001_4000, 0x1000);
    const words = all.find((e) => e.name === 'run-compute')?.words ?? [];
    b.startRing(
      2,
      words.map((w) => BigInt(w)),
    );
    b.run();
    expect(b.word(0x1001_4000)).toBe(1);
    // 4 x 2 x 1 groups along X with increment 8: two tasks.
    expect(b.getControl('CSG_TASKS', 0, 0)).toBe(2);
    expect(b.event(2, 'JOB_DONE')).toBe(true);
    expect(b.event(2, 'SYNC_UPDATE')).toBe(false);
  });

  it('has a handler for every instruction of its architecture', () => {
    expect(EXECUTED.toSorted()).toEqual(
      rowsOf(ARCH)
        .map((row) => row.name)
        .toSorted(),
    );
  });
});
