/**
 * Detail that no session holds, made again by running its journal: every instruction of the command streams, the
 * control flow of the MCU, or the writes to a range of memory, as CSV. Looking changes nothing, so what is told is what
 * happened.
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
import { attachMemory, checkRange, type MemoryRange } from './trace-memory.ts';

export const TRACES = ['cs', 'mcu', 'memory'] as const;
export type TraceKind = (typeof TRACES)[number];

export interface TraceOptions {
  readonly what: TraceKind;
  /** With `memory`: whose writes are told. */
  readonly range?: MemoryRange | undefined;
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
  memory: 'time_ns,branch,writer,where,address,old,new\r\n',
};

/** Gives what it is told while time is in the range. */
type Row = (timeNs: number, cells: readonly (number | string)[]) => void;

interface Attached {
  readonly row: Row;
  readonly range: MemoryRange | undefined;
  readonly wanted: (timeNs: number) => boolean;
  /** Kind of the input that takes effect. */
  readonly input: () => string;
}

/** Attaches to an engine; gives what is to be called between inputs. */
type Attach = (engine: Engine, to: Attached) => () => void;

const nothing = (): void => {};
const ATTACH: Readonly<Record<TraceKind, Attach>> = {
  cs: (engine, { row }) => attachStreams(engine, (cells) => row(engine.now, cells)),
  mcu: (engine, { row }) => attachMcu(engine, (cells) => row(engine.now, cells)),
  memory: (engine, { row, range, wanted, input }) =>
    range === undefined ? nothing : attachMemory(engine, range, row, wanted, input),
};

/** Writes the trace; the number of its rows. */
export function traceSession(session: SessionReader, out: Sink, options: TraceOptions): number {
  const { what, range, fromNs, toNs, progress = () => {}, stopped } = options;
  if (range !== undefined) checkRange(range);
  const { powerOn, entries } = readJournal(session);
  const inputs = entries.map((e) => e.input);
  const bench = new Timeline(powerOn, { ...nullRecorder }, new BoundedControl(Infinity, stopped));
  let rows = 0;
  let attached: Engine | undefined;
  let between = nothing;
  let input = 'power-on';
  const wanted = (timeNs: number): boolean => timeNs >= fromNs && timeNs <= toNs;
  const row: Row = (timeNs, cells) => {
    if (!wanted(timeNs)) return;
    rows++;
    out(`${[timeNs, bench.engine.sequence.branch, ...cells].map(cell).join(',')}\r\n`);
  };
  const attach = (): void => {
    const { engine } = bench;
    // History that is run again to go back to a point of it has been told already.
    if (engine === attached) return;
    attached = engine;
    between = ATTACH[what](engine, { row, range, wanted, input: () => input });
  };
  out(HEADS[what]);
  attach();
  applyAll(bench, inputs, (done) => {
    if (bench.engine === attached) between();
    attach();
    input = inputs[done]?.kind ?? '';
    progress(done, inputs.length);
  });
  if (bench.engine === attached) between();
  return rows;
}

function cell(value: number | string): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Every instruction of a stream, once: one that waits is looked at again and again. */
function attachStreams(engine: Engine, row: (cells: readonly (number | string)[]) => void): () => void {
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
  return nothing;
}

/** Every place at which the MCU goes on elsewhere than behind the instruction it executed. */
function attachMcu(engine: Engine, row: (cells: readonly (number | string)[]) => void): () => void {
  const { core } = engine.board.machine;
  let before = -1;
  core.hooks.trace = (pc) => {
    if (before >= 0 && (pc <= before || pc > before + LONGEST)) row([core.instructions, hex(before), hex(pc)]);
    before = pc;
  };
  return nothing;
}
