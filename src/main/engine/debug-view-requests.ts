/** Handlers of the requests by which a debugger shows things (protocol/debug-views). */
import type { z } from 'zod';
import { UsageError } from '../../base/errors.ts';
import { decode, isWide } from '../../spec/thumb/decode.ts';
import { listing } from '../../spec/thumb/disassemble.ts';
import {
  MOST_NODES,
  type debugViewRequests,
  type FunctionCoverage,
  type ProfileNode,
  type RecordingState,
  type TracedInstruction,
} from '../../protocol/debug-views.ts';
import { hex } from '../../base/bits.ts';
import type { DebugService } from './debug-requests.ts';
import { evaluate, findSymbols, frameViews, marks, placeView } from './debug-views.ts';
import { faultStory } from './fault-story.ts';
import { McuRecording } from './mcu-recording.ts';
import { systemView } from './mcu-system-view.ts';
import { replayTraced } from './replay-traced.ts';

type Requests = typeof debugViewRequests;
type Handlers = {
  readonly [K in keyof Requests]: (
    service: DebugService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

export const DEBUG_VIEW_HANDLERS: Handlers = {
  'debug.loadSymbols': (s, { bytes, name }) => {
    s.symbols.load(bytes, name);
    s.debugger.rearm();
  },
  'debug.symbols': (s) => {
    const { loaded, fileName } = s.symbols;
    const matches = s.symbols.matches((address, length) => memoryAt(s, address, length));
    return {
      file: fileName,
      ...(matches === undefined ? {} : { matches }),
      functions: loaded?.symbols.filter((x) => x.kind === 'function').length ?? 0,
      objects: loaded?.symbols.filter((x) => x.kind === 'object').length ?? 0,
      unwindRules: loaded?.frames.size ?? 0,
      files: (loaded?.files ?? []).map((f, k) => ({ ...f, lines: loaded?.linesWithCode(k).length ?? 0 })),
    };
  },
  'debug.findSymbols': (s, { text, limit }) => findSymbols(s.symbols, s.history.labels, text, limit),
  'debug.marks': (s, { address, length }) => marks(s.symbols, s.history.labels, address, length),
  'debug.names': (s, { addresses }) => addresses.map((address) => s.symbols.text(address) ?? ''),
  'debug.place': (s, { address }) => {
    const place = s.symbols.place(address);
    return place === undefined ? undefined : placeView(place);
  },
  'debug.lines': (s, { file }) => {
    s.symbols.sourceFile(file);
    return s.symbols.loaded?.linesWithCode(file) ?? [];
  },
  'debug.label': (s, p) => label(s, p),
  'debug.labels': (s) => [...s.history.labels.values()].toSorted((a, b) => a.address - b.address),
  'debug.callStack': (s, { rules }) => frameViews(s.debugger.machine, s.symbols, rules),
  'debug.evaluate': (s, { expressions }) => evaluate(s.debugger, expressions),
  'debug.system': (s) => {
    const view = systemView(s.debugger.machine);
    return {
      ...view,
      exceptions: view.exceptions.map((e) => {
        const handler = s.symbols.text(e.vector);
        return handler === undefined ? e : { ...e, handler };
      }),
    };
  },
  'debug.fault': (s) => faultStory(s.debugger.machine, s.symbols, s.history.engine.driver.mcuStatus, s.debugger.fault),
  'debug.record': (s, { on, ring }) => {
    if (on) {
      s.past = undefined;
      s.debugger.record(true, ring);
    } else {
      s.past = s.debugger.recording ?? s.past;
      s.debugger.record(false, ring);
    }
    return recordingState(s);
  },
  'debug.recordPast': (s, { instructions, ring }) => {
    s.debugger.refuseInside('look at the past');
    s.debugger.record(false, ring);
    s.past = recordPast(s, instructions ?? Infinity, ring);
    return recordingState(s);
  },
  'debug.recording': (s) => recordingState(s),
  'debug.trace': (s, { last, branches }) => traced(s, last, branches),
  'debug.coverage': (s) => coverage(s),
  'debug.counts': (s, { address, length }) =>
    recordingOf(s)?.counts(address & ~1, length >>> 1) ?? Array.from({ length: length >>> 1 }, () => 0),
  'debug.lineCounts': (s, { file }) => lineCounts(s, file),
  'debug.profile': (s) => profile(s),
  'debug.profileTrace': (s) => needed(s).perfetto((address) => s.symbols.text(address) ?? hex(address, 8)),
};

/** Memory of the MCU by whole pages; empty where part of it is not mapped. */
function memoryAt(s: DebugService, address: number, length: number): Uint8Array {
  try {
    return s.history.engine.readMemory('mcu', 0, address, length);
  } catch (error) {
    if (error instanceof UsageError) return new Uint8Array(0);
    throw error;
  }
}

/** Names an address. Undo takes it back without going back in time: a name is no state of the machine. */
function label(s: DebugService, after: { address: number; name: string; comment: string }): void {
  const known = s.history.labels.get(after.address);
  const before = known ?? { address: after.address, name: '', comment: '' };
  if (before.name === after.name && before.comment === after.comment) return;
  const taken = [...s.history.labels.values()].some((l) => l.name === after.name && l.address !== after.address);
  if (after.name !== '' && taken) throw new UsageError(`"${after.name}" is the name of another address`);
  const set = (to: typeof after): void => {
    s.history.apply({ kind: 'label', address: to.address, name: to.name, comment: to.comment });
    s.debugger.rearm();
  };
  s.undo.note(
    `label ${hex(after.address, 8)}`,
    () => set(after),
    () => set(before),
  );
}

function recordPast(s: DebugService, instructions: number, ring: number): McuRecording {
  const { past, engine } = s.history;
  const now = engine.board.machine.core.instructions;
  let made: McuRecording | undefined;
  replayTraced(past, Math.max(0, now - instructions), ({ board: { machine } }) => {
    const recording = new McuRecording(machine, ring, (address) => s.symbols.functionStart(address));
    made = recording;
    return {
      instruction: (pc) => recording.instruction(pc),
      exceptionEntry: (exception, back) => recording.exceptionEntry(exception, back),
      exceptionExit: () => recording.exceptionExit(),
    };
  });
  return made!;
}

function recordingOf(s: DebugService): McuRecording | undefined {
  return s.debugger.recording ?? s.past;
}

function needed(s: DebugService): McuRecording {
  const recording = recordingOf(s);
  if (recording === undefined) throw new UsageError('nothing is recorded: switch recording on, or record the past');
  return recording;
}

function recordingState(s: DebugService): RecordingState {
  const recording = recordingOf(s);
  return {
    on: s.debugger.recording !== undefined,
    instructions: recording?.instructions ?? 0,
    fromNs: Math.max(0, recording?.fromNs ?? 0),
    toNs: recording?.toNs ?? 0,
    functions: recording?.functionCount ?? 0,
  };
}

function traced(s: DebugService, last: number, branches: boolean): TracedInstruction[] {
  const { inspector } = s.debugger;
  // A loop executes the same few instructions: each is written once. Text is what memory holds now.
  const known = new Map<number, { readonly text: string; readonly place?: string }>();
  const wordsAt = (pc: number): { readonly text: string; readonly place?: string } => {
    let words = known.get(pc);
    if (words === undefined) {
      const [line] = listing(inspector.read(pc, 4), pc);
      const place = s.symbols.text(pc);
      words = { text: line?.text ?? '', ...(place === undefined ? {} : { place }) };
      known.set(pc, words);
    }
    return words;
  };
  return needed(s)
    .lastInstructions(last, branches)
    .map(({ instruction, timeNs, pc, jump }) => ({ instruction, timeNs, pc, jump, ...wordsAt(pc) }));
}

/** By function, where there are symbols or labels; else by runs of 256 bytes. */
function coverage(s: DebugService): FunctionCoverage[] {
  const { inspector } = s.debugger;
  const by = new Map<number, { -readonly [K in keyof FunctionCoverage]: FunctionCoverage[K] }>();
  for (const [address, count] of needed(s).executed()) {
    const place = s.symbols.place(address);
    const start = place === undefined || place.name === '' ? (address & ~0xff) >>> 0 : address - place.offset;
    let row = by.get(start);
    if (row === undefined) {
      const size = s.symbols.loaded?.symbolAt(address)?.size ?? 0x100;
      row = { name: place?.name ?? '', address: start, size, executed: 0, covered: 0 };
      by.set(start, row);
    }
    row.executed += count;
    const first = inspector.value(address, 2);
    row.covered += isWide(first) ? decode(first, inspector.value(address + 2, 2)).length : 2;
  }
  for (const { kind, name, address, size } of s.symbols.loaded?.symbols ?? []) {
    if (kind === 'function' && !by.has(address)) by.set(address, { name, address, size, executed: 0, covered: 0 });
  }
  return [...by.values()].toSorted((a, b) => b.executed - a.executed || a.address - b.address);
}

function lineCounts(s: DebugService, file: number): { line: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const [address, count] of recordingOf(s)?.executed() ?? []) {
    const line = s.symbols.loaded?.lineAt(address);
    if (line?.file === file) counts.set(line.line, Math.max(counts.get(line.line) ?? 0, count));
  }
  return [...counts].map(([line, count]) => ({ line, count })).toSorted((a, b) => a.line - b.line);
}

/** The call tree; where it is too large, without the nodes that took the least time. */
function profile(s: DebugService): ProfileNode[] {
  const tree = needed(s).tree();
  const least = tree.map((n) => n.totalNs).toSorted((a, b) => b - a)[MOST_NODES] ?? -1;
  const kept = new Map<number, number>();
  const out: ProfileNode[] = [];
  for (const [k, node] of tree.entries()) {
    const parent = kept.get(node.parent);
    if (k > 0 && (parent === undefined || node.totalNs <= least)) continue;
    kept.set(k, out.length);
    const { address, selfNs, totalNs, calls } = node;
    const name = node.name ?? s.symbols.text(address) ?? hex(address, 8);
    out.push({ parent: parent ?? -1, name, address, selfNs, totalNs, calls });
  }
  return out;
}
