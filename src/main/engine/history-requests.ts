/** Handlers of the requests about history, and the markers and notes of a bench. */
import type { z } from 'zod';
import { UsageError } from '../../base/errors.ts';
import type { historyRequests, Marker } from '../../protocol/history.ts';
import type { Input } from '../../protocol/inputs.ts';
import type { Recorder } from './recorder.ts';
import { resolveTarget } from './register-access.ts';
import { lastInstants, lastMemoryChange, lastRegisterWrite } from './time-travel.ts';
import type { Timeline } from './timeline.ts';

/** Markers in the order they were set. They do not influence the machine and are no inputs. */
export class Markers {
  private readonly all = new Map<number, Marker>();

  add(recorder: Recorder, timeNs: number, text: string): Marker {
    const made: Marker = { id: this.all.size + 1, timeNs, text };
    this.all.set(made.id, made);
    recorder.record('note', made);
    return made;
  }

  get(id: number): Marker {
    const found = this.all.get(id);
    if (found === undefined) throw new UsageError(`there is no marker ${id}`);
    return found;
  }

  edit(recorder: Recorder, id: number, text: string): void {
    const changed = { ...this.get(id), text };
    this.all.set(id, changed);
    recorder.record('note', changed);
  }

  get list(): Marker[] {
    return [...this.all.values()].filter((m) => m.text !== '');
  }
}

/** What the handlers need of the service. */
export interface HistoryService {
  readonly history: Timeline;
  readonly markers: Markers;
  readonly parts: { readonly recorder: Recorder };
  /** It shares the hook before each instruction of the MCU. */
  readonly debugger: { rearm(): void };
}

type Requests = typeof historyRequests;
type Handlers = {
  readonly [K in keyof Requests]: (
    service: HistoryService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

type Place = z.output<Requests['history.seek']['result']>;

function place({ history }: HistoryService): Place {
  return { timeNs: history.engine.now, branch: history.engine.sequence.branch };
}

function travel(s: HistoryService, timeNs: number): Place {
  if (timeNs > s.history.engine.now) throw new UsageError('that instant is not past yet: let time pass instead');
  s.history.apply({ kind: 'travel', timeNs });
  return place(s);
}

/** Inputs that call the driver. */
const CALLS: ReadonlySet<Input['kind']> = new Set<Input['kind']>([
  'module-load',
  'module-unload',
  'open',
  'close',
  'ioctl',
  'mmap',
  'munmap',
]);

/** To before the nth last call of the driver: calls take no time of their own, so the inputs are counted. */
function backCalls(s: HistoryService, count: number): Place {
  const { inputs, engine } = s.history;
  const calls = inputs.flatMap((input, i) => (CALLS.has(input.kind) ? [i] : []));
  const target = calls.at(-count);
  if (target === undefined) throw new UsageError(`there are only ${calls.length} calls to go back`);
  s.history.apply({ kind: 'travel', timeNs: engine.now, inputs: target });
  return place(s);
}

export const HISTORY_HANDLERS: Handlers = {
  'history.seek': (s, { timeNs }) => travel(s, timeNs),
  'history.stepBack': (s, { what, count }) => {
    if (what === 'instruction') {
      const { instructions } = s.history.engine.board.machine.core;
      s.history.apply({ kind: 'seek', instruction: s.history.standBefore(Math.max(0, instructions - count)) });
      return place(s);
    }
    if (what === 'call') return backCalls(s, count);
    const instants = lastInstants(s.history.past, what, count);
    const [target] = instants;
    if (target === undefined || instants.length < count) {
      throw new UsageError(`there are only ${instants.length} ${what === 'access' ? 'accesses' : 'events'} to go back`);
    }
    return travel(s, Math.max(0, target - 1));
  },
  'history.lastWrite': (s, { name, physical }) => {
    if ((name === undefined) === (physical === undefined)) throw new UsageError('give a name or a physical address');
    if (physical !== undefined) {
      const memory = lastMemoryChange(s.history.past, physical);
      return memory === undefined ? {} : { memory };
    }
    const target = resolveTarget(name ?? '');
    const register = lastRegisterWrite(s.history.past, target.space === 'mcu' ? 'mcu' : 'host', target.offset);
    return register === undefined ? {} : { register };
  },
  'note.add': (s, { text, timeNs }) => s.markers.add(s.parts.recorder, timeNs ?? s.history.engine.now, text),
  'marker.list': (s) => s.markers.list,
  'marker.edit': (s, { id, text }) => s.markers.edit(s.parts.recorder, id, text),
  'record.detail': (s, { cs, mcu }) => {
    const { detail } = s.history.engine.board;
    const { state } = detail;
    const wanted = { cs: cs ?? state.cs.on, mcu: mcu ?? state.mcu.on };
    if (wanted.cs === state.cs.on && wanted.mcu === state.mcu.on) return state;
    s.history.apply({ kind: 'record-detail', ...wanted });
    s.debugger.rearm();
    return detail.state;
  },
  'marker.goto': (s, { id }) => travel(s, s.markers.get(id).timeNs),
};

/** Requests that leave the machine as it is. */
export const HISTORY_LOOKS: ReadonlySet<string> = new Set([
  'history.lastWrite',
  'note.add',
  'marker.list',
  'marker.edit',
] satisfies (keyof Requests)[]);
