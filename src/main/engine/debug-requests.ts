/** Handlers of the `debug.*` requests. */
import { breakpointState, debugRequests } from '../../protocol/debug.ts';
import type { z } from 'zod';
import type { McuDebugger } from './debugger.ts';
import type { Timeline } from './timeline.ts';

/** What the handlers need of the service. */
export interface DebugService {
  readonly debugger: McuDebugger;
  readonly history: Timeline;
}

type Requests = typeof debugRequests;
type Handlers = {
  readonly [K in keyof Requests]: (
    service: DebugService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

export const DEBUG_HANDLERS: Handlers = {
  'debug.attach': (s, { on }) => s.debugger.attach(on),
  'debug.state': (s) => s.debugger.state(),
  'debug.registers': (s) => s.debugger.inspector.registers,
  'debug.setRegister': (s, { name, value }) => s.debugger.setRegister(name, value),
  'debug.read': (s, { address, length }) => s.debugger.inspector.read(address, length),
  'debug.write': (s, { address, bytes }) => s.debugger.write(address, bytes),
  'debug.break': (s, breakpoint) => breakpointState.parse(s.debugger.add(breakpoint)),
  'debug.unbreak': (s, { id }) => s.debugger.remove(id),
  'debug.breakpoints': (s) => s.debugger.breakpoints.map((b) => breakpointState.parse(b)),
  'debug.unknown': (s) => s.history.engine.unknown.list,
  'debug.setUnknownRule': (s, p) => void s.history.apply({ kind: 'unknown-rule', ...p }),
  'debug.run': (s, { ns }) => s.debugger.run(ns),
  'debug.step': (s, { count, limitNs }) => s.debugger.step(count, limitNs),
  'debug.stepBack': (s, { count }) => s.debugger.stepBack(count),
  'debug.continueBack': (s) => s.debugger.continueBack(),
};

/** Requests that are answered while the thread waits inside a driver call. */
export const ANSWERED_INSIDE: ReadonlySet<string> = new Set([
  ...Object.keys(debugRequests),
  'bench.status',
  'register.peek',
  'register.peekWords',
  'memory.read',
  'session.flush',
]);
