/**
 * What a poke would change: the write happens on a fork of the machine, which runs on for a moment and is then put
 * back. Nothing is recorded and the driver does not see it.
 */
import { hex64 } from '../../base/bits.ts';
import { hostBlocks } from '../../spec/registers/index.ts';
import type { Register } from '../../spec/registers/index.ts';
import type { Engine } from './engine.ts';

/** How long the fork runs after the write, in virtual ns: longer than a reset or a power transition takes. */
const SETTLE_NS = 1_000_000;

export interface Change {
  readonly name: string;
  readonly before: number | string;
  readonly after: number | string;
}

/** Registers that count by themselves and would always show. */
const COUNTERS = new Set(['GPU_CYCLE_COUNT', 'GPU_TIMESTAMP']);

const registers: readonly Register[] = hostBlocks
  .flatMap((b) => b.registers)
  .flatMap((r) => r.elements())
  .filter((r) => r.access !== 'WO' && !COUNTERS.has(r.name));

/** Writes the words at `offset` on a fork; the registers that differ afterwards. */
export function previewPoke(engine: Engine, offset: number, words: readonly number[]): Change[] {
  const { board } = engine;
  const { machine } = board;
  const value = (r: Register): number | string => {
    const lo = machine.peek(r.offset);
    return r.width === 64 ? hex64(lo, machine.peek(r.offset + 4)) : lo;
  };
  return board.unrecorded(() => {
    const before = registers.map(value);
    const snapshot = machine.snapshot();
    try {
      words.forEach((word, i) => machine.hostWrite(offset + i * 4, word));
      const until = machine.clock.now + SETTLE_NS;
      while (machine.clock.now < until && machine.runUntil(until) !== 'time') {
        // Interrupts rise on the fork, but nobody handles them.
      }
      return registers.flatMap((r, i) => {
        const after = value(r);
        return after === before[i] ? [] : [{ name: r.name, before: before[i]!, after }];
      });
    } finally {
      machine.restore(snapshot);
    }
  });
}
