/** What tests of the driver on the whole bench begin with: a booted bench, streams that take long, time. */
import { expect } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import type { TyrDevice } from '../../driver/tyr/driver.ts';
import { boundDevice } from '../../driver/tyr/tyr.ts';
import { testBench, type TestBench } from './testing.ts';

export const MS = 1_000_000;

export const words = (text: string): Uint8Array => new Uint8Array(assemble(text, { arch: 10 }).words.buffer);

/** A loop of many flushes: long in virtual time, short in instructions. */
export const flushes = (count: number): string =>
  `MOVE32 r66, #0\nMOVE32 r68, #${count}\n` +
  'FLUSH_CACHE2.l2_clean.lsc_clean.other_none r66, #0, #0\nWAIT #1\nADD_IMM32 r68, r68, #-1\nBRANCH.gt r68, #-4';

/** An endless loop that costs few instructions: it flushes caches over and over. */
export const ENDLESS =
  'MOVE32 r66, #0\nFLUSH_CACHE2.l2_clean.lsc_clean.other_none r66, #0, #0\nWAIT #1\nBRANCH.always r66, #-3';

export function booted(options: Parameters<typeof testBench>[0] = {}): { bench: TestBench; tyr: TyrDevice } {
  const bench = testBench(options);
  expect(bench.call('bench.boot', {}).ok).toBe(true);
  const tyr = boundDevice(bench.engine.kernel);
  if (tyr === undefined) throw new Error('not bound');
  return { bench, tyr };
}

/** Grants so many ms of virtual time. */
export function advance(bench: TestBench, ms: number): void {
  bench.engine.apply({ kind: 'advance', until: 'time', limitNs: ms * MS });
}
