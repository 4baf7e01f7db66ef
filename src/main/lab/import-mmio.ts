/**
 * Register accesses recorded on a real machine, carried out on the emulated one: each write as it was, each read
 * compared with what silicon gave. Stops at the first read that differs; what was run is a session like any other.
 *
 * Silicon and emulator take different times. Of several reads of one register in a row (a poll) only the last is
 * compared, and the emulator may take a while longer to get there.
 */
import { rmSync } from 'node:fs';
import { hex } from '../../base/bits.ts';
import type { InputOf } from '../../protocol/inputs.ts';
import type { MmioAccess } from '../../formats/mmiotrace.ts';
import { registerAt, wordName } from '../../spec/registers/lookup.ts';
import { Timeline } from '../engine/timeline.ts';
import { BoundedControl, FileRecorder } from './journal-file.ts';

export interface MmioImport {
  readonly writes: number;
  /** Reads compared with what the trace has. */
  readonly compared: number;
  /** Reads carried out but not compared: polls on the way, counters. */
  readonly skipped: number;
  readonly firstDifference: MmioDifference | undefined;
}

export interface MmioDifference {
  /** Line of the source. */
  readonly line: number;
  readonly offset: number;
  readonly name: string;
  readonly expected: number;
  readonly got: number;
  /** Fields that differ, with both values. */
  readonly fields: readonly { readonly name: string; readonly expected: number; readonly got: number }[];
  readonly text: string;
}

export interface MmioOptions {
  readonly overrides: Readonly<Record<string, number>>;
  /** Words of registers whose reads are not compared, besides the counters. */
  readonly ignore: readonly string[];
  readonly progress?: (done: number, total: number) => void;
  readonly stopped?: () => boolean;
}

/** Registers that count by themselves. */
const COUNTERS = /^GPU_(CYCLE_COUNT|TIMESTAMP)/;
/** How much longer than silicon a poll may take, and how often it looks, in virtual ns (chosen). */
const PATIENCE_NS = 20_000_000;
const LOOK_NS = 10_000;
/** Longest pause of the trace that is kept; nothing in the GPU takes longer (chosen). */
const LONGEST_PAUSE_NS = 1_000_000_000;

/** Writes `output`, a new session file. */
export function importMmio(accesses: readonly MmioAccess[], output: string, options: MmioOptions): MmioImport {
  const { progress = () => {}, stopped = () => false } = options;
  const powerOn: InputOf<'power-on'> = {
    kind: 'power-on',
    gpu: 'g610',
    bare: true,
    engine: 'interpreter',
    overrides: { ...options.overrides },
    firmwareName: 'none',
  };
  const recorder = new FileRecorder(output);
  try {
    const bench = new Timeline(powerOn, recorder, new BoundedControl(Infinity, stopped));
    bench.engine.recordInfo({ imported: 'mmio' });
    const result = run(bench, accesses, options.ignore, (done) => progress(done, accesses.length));
    recorder.close();
    return result;
  } catch (error) {
    recorder.close();
    rmSync(output, { force: true });
    throw error;
  }
}

function run(
  bench: Timeline,
  accesses: readonly MmioAccess[],
  ignore: readonly string[],
  progress: (done: number) => void,
): MmioImport {
  let writes = 0;
  let compared = 0;
  let skipped = 0;
  const ignored = new Set(ignore);
  const read = (offset: number): number => bench.apply({ kind: 'read', offset, by: 'script' }).result >>> 0;
  for (const [i, a] of accesses.entries()) {
    progress(i);
    pause(bench, accesses, i);
    if (a.write) {
      bench.apply({ kind: 'poke', offset: a.offset, value: a.value, by: 'script' });
      writes++;
      continue;
    }
    let got = read(a.offset);
    const name = nameOf(a.offset);
    const before = accesses[i - 1];
    const after = accesses[i + 1];
    const polledOn = after !== undefined && !after.write && after.offset === a.offset;
    if (polledOn || COUNTERS.test(name) || ignored.has(name)) {
      skipped++;
      continue;
    }
    const poll = before !== undefined && !before.write && before.offset === a.offset;
    const until = bench.engine.now + (poll ? PATIENCE_NS : 0);
    while (got !== a.value && bench.engine.now < until) {
      bench.apply({ kind: 'advance', limitNs: LOOK_NS, until: 'time' });
      got = read(a.offset);
    }
    compared++;
    if (got !== a.value) return { writes, compared, skipped, firstDifference: describe(a, name, got) };
  }
  return { writes, compared, skipped, firstDifference: undefined };
}

/** Lets the time pass that lay between two accesses of the trace, as far as the accesses themselves took less. */
function pause(bench: Timeline, accesses: readonly MmioAccess[], i: number): void {
  const from = accesses[i - 1]?.timeNs;
  const to = accesses[i]?.timeNs;
  if (from === undefined || to === undefined || to <= from) return;
  bench.apply({ kind: 'advance', limitNs: Math.min(to - from, LONGEST_PAUSE_NS), until: 'time' });
}

function nameOf(offset: number): string {
  const at = registerAt(offset);
  return at === undefined ? hex(offset) : wordName(at);
}

function describe(a: MmioAccess, name: string, got: number): MmioDifference {
  const at = registerAt(a.offset);
  const fields = (at?.register.fields ?? []).flatMap((f) => {
    const low = at?.word === 1 ? f.lsb - 32 : f.lsb;
    if (low < 0 || low + f.width > 32) return [];
    const mask = f.width === 32 ? 0xffff_ffff : 2 ** f.width - 1;
    const expected = ((a.value >>> low) & mask) >>> 0;
    const found = ((got >>> low) & mask) >>> 0;
    return expected === found ? [] : [{ name: f.name, expected, got: found }];
  });
  const detail = fields.map((f) => `${f.name} ${hex(f.expected)} not ${hex(f.got)}`).join(', ');
  const text = `line ${a.line}: ${name} gave ${hex(a.value)} there and ${hex(got)} here${detail === '' ? '' : ` (${detail})`}`;
  return { line: a.line, offset: a.offset, name, expected: a.value, got, fields, text };
}
