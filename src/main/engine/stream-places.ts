/**
 * Where the streams of a machine are in their calls, as a debugger sees it from instruction to instruction; and the
 * places a stream has been at, found by running the session's inputs again.
 */
import { UsageError } from '../../base/errors.ts';
import { STREAM_COUNT } from '../../spec/registers/mcu-private.ts';
import { Engine } from './engine.ts';
import { nullRecorder, type Recorder } from './recorder.ts';
import { calledStart, StreamReader } from './stream-debug-state.ts';
import type { Past } from './time-travel.ts';

/** Drops everything; with `nullRecorder` itself the streams would tell nobody of their faults either. */
const unheard: Recorder = { ...nullRecorder };

/** Per stream: the depth of its last instruction, and where what its ring called begins. */
export class CallStarts {
  /** -1 unknown. */
  private readonly depths = new Int32Array(STREAM_COUNT).fill(-1);
  private readonly starts = new Float64Array(STREAM_COUNT).fill(-1);

  forget(): void {
    this.depths.fill(-1);
    this.starts.fill(-1);
  }

  /** First address of what the ring of a stream called; -1 while that is not known. */
  of(cs: number): number {
    return this.starts[cs] ?? -1;
  }

  /** A stream is before the instruction at `pc`, `depth` frames above its ring. */
  note(engine: Engine, cs: number, pc: number, depth: number): void {
    const { depths, starts } = this;
    if (depth === 0) starts[cs] = -1;
    else if (depth === 1 && depths[cs] === 0) starts[cs] = pc;
    else if (depths[cs] === -1) starts[cs] = calledStart(engine, cs);
    depths[cs] = depth;
  }
}

/** Before an instruction of a stream, in the words of the inputs that lead there. */
export interface Place {
  /** Whole inputs before it, and virtual ns from their end on. */
  readonly inputs: number;
  readonly afterNs: number;
  readonly timeNs: number;
  readonly instruction: number;
  readonly pc: number;
}

export interface Sought {
  readonly cs: number;
  /** The stream stands before an instruction now: that one is no earlier place. */
  readonly standing: boolean;
  /** Where the program begins of which this is what the ring called. */
  readonly program: (start: number) => number;
  /** Whether an instruction is one to stop at; `start`: where its program begins, -1 unknown. */
  readonly wanted: (pc: number, start: number) => boolean;
}

/**
 * The last earlier place of a stream that is wanted; else (`orStart`) the last one at which its program began. Places
 * inside calls of the driver, where nobody can stand, are passed over. Undefined when there is none.
 */
export function lastPlace(past: Past, sought: Sought, orStart: boolean): Place | undefined {
  const { powerOn, path, keyframes } = past;
  const engine = new Engine(powerOn, unheard, past.control);
  const from = keyframes.start(engine, powerOn, path);
  const found = search(engine, past, from, sought, orStart);
  if (found !== undefined || from === 0) return found;
  return search(new Engine(powerOn, unheard, past.control), past, 0, sought, orStart);
}

function search(engine: Engine, past: Past, from: number, sought: Sought, orStart: boolean): Place | undefined {
  const { cs, standing, program, wanted } = sought;
  const { machine } = engine.board;
  const reader = new StreamReader(machine, cs);
  const starts = new CallStarts();
  let inputs = from;
  let beganNs = engine.now;
  /** The present place; and the last ones before it. */
  let here: (Place & { readonly hit: boolean; readonly begins: boolean }) | undefined;
  let hit: Place | undefined;
  let begin: Place | undefined;
  const pass = (): void => {
    if (here?.hit === true) hit = here;
    if (here?.begins === true) begin = here;
  };
  const look = (stream: number, pc: number): void => {
    if (stream !== cs) return;
    const { instructions: instruction, depth } = reader;
    starts.note(engine, cs, pc, depth);
    // Looked at again after a wait, an instruction is the same place.
    if (engine.kernel.cpu.depth > 0 || (here?.instruction === instruction && here.pc === pc)) return;
    pass();
    const start = program(starts.of(cs));
    const timeNs = engine.now;
    const place = { inputs, afterNs: timeNs - beganNs, timeNs, instruction, pc };
    here = { ...place, hit: wanted(pc, start), begins: depth === 1 && pc === start };
  };
  machine.hooks.csf.breakpoint = (stream, pc) => {
    look(stream, pc);
    return false;
  };
  engine.grants.onStreamLook = look;
  for (; inputs < past.path.length; inputs++) {
    beganNs = engine.now;
    const input = past.path[inputs];
    if (input !== undefined) engine.apply(input);
  }
  if (!standing) pass();
  return hit ?? (orStart ? begin : undefined);
}

/** The two inputs that lead from the end of `place.inputs` to the place. */
export function inputsTo(cs: number, place: Place) {
  return [
    { kind: 'advance', limitNs: place.afterNs, until: 'time' },
    { kind: 'advance', limitNs: 1, until: 'stream', stream: cs, instruction: place.instruction },
  ] as const;
}

/** For a stream that has no earlier place. */
export function noPlace(): UsageError {
  return new UsageError('the stream has executed nothing before this that can be gone back to');
}
