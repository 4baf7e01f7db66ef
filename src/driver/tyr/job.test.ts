import { describe, expect, it } from 'vitest';
import { jobInstructionCount, jobInstructions } from './job.ts';

const SHAPE = { registers: 96, scoreboards: 8 };
const JOB = {
  start: 0x7fff_1234_5640,
  size: 0x1238,
  latestFlush: 0x80ab_cdef,
  syncobj: 0x8000_0000_1010,
  times: 0x8000_0000_2020,
  profiling: 0,
};

/** Instructions as 16 hex digits. */
function text(words: Uint32Array): string[] {
  return Array.from({ length: words.length / 2 }, (_, i) =>
    [words[2 * i + 1]!, words[2 * i]!].map((w) => w.toString(16).padStart(8, '0')).join(''),
  );
}

const BEFORE = ['025e000080abcdef', '24005e0000000233'];
const CALL = ['015c7fff12345640', '025e000000001238', '0300000000010000', '20005c5e00000000'];
const AFTER = ['015c800000001010', '015e000000000001', '0300000000ff0000', '33005c5e00000001', '2f00000000000000'];
const CYCLES = (slot: number) => [`015c80000000${slot.toString(16)}`, '28005c0100000000'];
const TIME = (slot: number) => [`015e80000000${slot.toString(16)}`, '28005e0000000000'];
const padded = (words: string[], count: number) => [
  ...words,
  ...Array.from({ length: count - words.length }, () => '0'.repeat(16)),
];

describe('ring entry of a job', () => {
  it('is 16 instructions word by word without profiling', () => {
    expect(text(jobInstructions(JOB, SHAPE))).toEqual(padded([...BEFORE, ...CALL, ...AFTER], 16));
  });

  it('stores cycles and time around the call when asked', () => {
    expect(text(jobInstructions({ ...JOB, profiling: 1 }, SHAPE))).toEqual(
      padded([...BEFORE, ...CYCLES(0x2020), ...CALL, ...CYCLES(0x2028), ...AFTER], 16),
    );
    expect(text(jobInstructions({ ...JOB, profiling: 3 }, SHAPE))).toEqual(
      padded(
        [...BEFORE, ...CYCLES(0x2020), ...TIME(0x2030), ...CALL, ...CYCLES(0x2028), ...TIME(0x2038), ...AFTER],
        24,
      ),
    );
  });

  it('spoils the instruction with bits of the address above 48, as Panthor does, and calls nothing else', () => {
    const [, , move] = text(jobInstructions({ ...JOB, start: 2 ** 48 + 0x1000 }, SHAPE));
    expect(move).toBe('015d000000001000');
    expect(text(jobInstructions({ ...JOB, start: 2 ** 63 }, SHAPE))[2]).toBe('815c000000000000');
  });

  it('takes whole cache lines', () => {
    expect([0, 1, 2, 3].map(jobInstructionCount)).toEqual([16, 16, 16, 24]);
  });
});
