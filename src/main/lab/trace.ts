/**
 * Detail that no session holds, made again by running its journal: every instruction of the command streams, or the
 * control flow of the MCU, as CSV. Looking changes nothing, so what is told is what happened.
 */
import { hex } from '../../base/bits.ts';
import { disassembleWord } from '../../spec/cs/disassemble.ts';
import { STREAM_COUNT } from '../../spec/registers/mcu-private.ts';
import type { Engine } from '../engine/engine.ts';
import { StreamReader, wordText } from '../engine/stream-debug-state.ts';
import { nullRecorder } from '../engine/recorder.ts';
import { Timeline } from '../engine/timeline.ts';
import type { Sink } from '../session/export/sink.ts';
import type { SessionReader } from '../session/reader.ts';
import { applyAll, BoundedControl, readJournal } from './journal-file.ts';

export const TRACES = ['cs', 'mcu'] as const;
export type TraceKind = (typeof TRACES)[number];

export interface TraceOptions {
  readonly what: TraceKind;
  /** Virtual ns, both included. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly progress?: (done: number, total: number) => void;
  readonly stopped?: () => boolean;
}

const ARCH = 10;
/** Bytes of a Thumb instruction: a step by more, or back, is control flow. */
const LONGEST = 4;

const HEADS: Readonly<Record<TraceKind, string>> = {
  cs: 'time_ns,branch,stream,instruction,pc,word,text\r\n',
  mcu: 'time_ns,branch,instruction,from,to\r\n',
};

/** Attaches to an engine; gives what it tells to `row` while time is in the range. */
type Attach = (engine: Engine, row: (cells: readonly (number | string)[]) => void) => void;

const ATTACH: Readonly<Record<TraceKind, Attach>> = { cs: attachStreams, mcu: attachMcu };

/** Writes the trace; the number of its rows. */
export function traceSession(session: SessionReader, out: Sink, options: TraceOptions): number {
  const { what, fromNs, toNs, progress = () => {}, stopped } = options;
  const { powerOn, entries } = readJournal(session);
  const inputs = entries.map((e) => e.input);
  const bench = new Timeline(powerOn, { ...nullRecorder }, new BoundedControl(Infinity, stopped));
  let rows = 0;
  let attached: Engine | undefined;
  const attach = (): void => {
    const { engine } = bench;
    // History that is run again to go back to a point of it has been told already.
    if (engine === attached) return;
    attached = engine;
    ATTACH[what](engine, (cells) => {
      if (engine.now < fromNs || engine.now > toNs) return;
      rows++;
      out(`${[engine.now, engine.sequence.branch, ...cells].map(cell).join(',')}\r\n`);
    });
  };
  out(HEADS[what]);
  attach();
  applyAll(bench, inputs, (done) => {
    attach();
    progress(done, inputs.length);
  });
  return rows;
}

function cell(value: number | string): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Every instruction of a stream, once: one that waits is looked at again and again. */
function attachStreams(engine: Engine, row: (cells: readonly (number | string)[]) => void): void {
  const { machine } = engine.board;
  const readers = Array.from({ length: STREAM_COUNT }, (_, cs) => new StreamReader(machine, cs));
  const last = new Float64Array(STREAM_COUNT).fill(-1);
  const lastPc = new Float64Array(STREAM_COUNT).fill(-1);
  machine.hooks.csf.breakpoint = (cs, pc, lo, hi) => {
    const instruction = readers[cs]?.instructions ?? 0;
    if (last[cs] !== instruction || lastPc[cs] !== pc) {
      row([cs, instruction, hex(pc), wordText(lo, hi), disassembleWord(lo, hi, ARCH).text]);
    }
    last[cs] = instruction;
    lastPc[cs] = pc;
    return false;
  };
}

/** Every place at which the MCU goes on elsewhere than behind the instruction it executed. */
function attachMcu(engine: Engine, row: (cells: readonly (number | string)[]) => void): void {
  const { core } = engine.board.machine;
  let before = -1;
  core.hooks.trace = (pc) => {
    if (before >= 0 && (pc <= before || pc > before + LONGEST)) row([core.instructions, hex(before), hex(pc)]);
    before = pc;
  };
}
