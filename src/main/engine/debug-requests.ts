/** Handlers of the `debug.*` requests. */
import { debugRequests } from '../../protocol/debug.ts';
import type { InputOf } from '../../protocol/inputs.ts';
import type { z } from 'zod';
import { continueBack, step, stepBack } from './debug-steps.ts';
import type { DebugSymbols } from './debug-symbols.ts';
import { variableRows } from './debug-variables.ts';
import { DEBUG_VIEW_HANDLERS } from './debug-view-requests.ts';
import type { McuDebugger } from './debugger.ts';
import type { McuRecording } from './mcu-recording.ts';
import type { Timeline } from './timeline.ts';
import type { Undo } from './undo.ts';

/** What the handlers need of the service. */
export interface DebugService {
  readonly debugger: McuDebugger;
  readonly symbols: DebugSymbols;
  readonly history: Timeline;
  readonly undo: Undo;
  /** What was recorded before, or of the past. */
  past: McuRecording | undefined;
}

type Requests = typeof debugRequests;
type Handlers = {
  readonly [K in keyof Requests]: (
    service: DebugService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

export const DEBUG_HANDLERS: Handlers = {
  ...DEBUG_VIEW_HANDLERS,
  'debug.variables': (s, { frame, open }) => variableRows(s.debugger.machine, s.symbols, frame, open),
  'debug.attach': (s, { on, by }) => s.debugger.attach(on, by),
  'debug.state': (s) => s.debugger.state(),
  'debug.registers': (s) => s.debugger.inspector.registers,
  'debug.setRegister': (s, { name, value }) => s.debugger.setRegister(name, value),
  'debug.read': (s, { address, length }) => s.debugger.inspector.read(address, length),
  'debug.write': (s, { address, bytes }) => s.debugger.write(address, bytes),
  'debug.break': (s, breakpoint) => s.debugger.add(breakpoint),
  'debug.change': (s, { id, breakpoint }) => s.debugger.change(id, breakpoint),
  'debug.unbreak': (s, { id }) => s.debugger.remove(id),
  'debug.breakpoints': (s) => [...s.debugger.breakpoints],
  'debug.unknown': (s) =>
    s.history.engine.unknown.list.map((r) => {
      const rule = ruleOf(s, r.address);
      return rule === undefined ? r : { ...r, rule };
    }),
  'debug.unknownRule': (s) => ruleOf(s, undefined) ?? { kind: 'value', value: 0 },
  'debug.setUnknownRule': (s, p) => void s.history.apply({ kind: 'unknown-rule', ...p }),
  'debug.run': (s, { ns }) => s.debugger.run(ns),
  'debug.step': (s, { what, count, limitNs }) => step(s.debugger, what, count, limitNs),
  'debug.runTo': (s, { address, limitNs }) =>
    s.debugger.runTo({ address: (address & ~1) >>> 0, sp: 0, reason: 'reached' }, limitNs),
  'debug.stepBack': (s, { what, count }) => stepBack(s.debugger, what, count),
  'debug.continueBack': (s) => continueBack(s.debugger),
};

/** The rule last given to an unknown register, or (undefined) to all others, on the present branch. */
function ruleOf({ history }: DebugService, address: number | undefined): InputOf<'unknown-rule'>['rule'] | undefined {
  const given = history.inputs.findLast((i) => i.kind === 'unknown-rule' && i.address === address);
  return given?.kind === 'unknown-rule' ? given.rule : undefined;
}

/** Requests that are answered while the thread waits inside a driver call. */
export const ANSWERED_INSIDE: ReadonlySet<string> = new Set([
  ...Object.keys(debugRequests),
  'bench.status',
  'register.peek',
  'register.peekWords',
  'memory.read',
  'session.flush',
]);

/** Requests of a debugger that change nothing. */
export const DEBUG_LOOKS = [
  'debug.state',
  'debug.registers',
  'debug.read',
  'debug.breakpoints',
  'debug.unknown',
  'debug.unknownRule',
  'debug.symbols',
  'debug.findSymbols',
  'debug.marks',
  'debug.names',
  'debug.place',
  'debug.lines',
  'debug.labels',
  'debug.callStack',
  'debug.variables',
  'debug.evaluate',
  'debug.system',
  'debug.fault',
  'debug.recording',
  'debug.trace',
  'debug.coverage',
  'debug.counts',
  'debug.lineCounts',
  'debug.profile',
  'debug.profileTrace',
] as const;
