/** Handlers of the `streamdebug.*` requests. */
import type { z } from 'zod';
import { streamBreakpointState, streamDebugRequests, type StreamStop } from '../../protocol/stream-debug.ts';
import type { StreamDebugger } from './stream-debug.ts';
import type { StreamSession } from './stream-session.ts';

/** What the handlers need of the service. */
export interface StreamDebugService {
  readonly streams: StreamDebugger;
  readonly streamSession: StreamSession;
}

type Requests = typeof streamDebugRequests;
type Handlers = {
  readonly [K in keyof Requests]: (
    service: StreamDebugService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

export const STREAM_DEBUG_HANDLERS: Handlers = {
  'streamdebug.begin': (s, request) => s.streamSession.begin(request),
  'streamdebug.job': (s) => s.streamSession.job,
  'streamdebug.result': (s) => s.streamSession.result(),
  'streamdebug.end': (s) => s.streamSession.end(),
  'streamdebug.back': (s, { stream }) => back(s, s.streams.back(stream)),
  'streamdebug.continueBack': (s, { stream }) => back(s, s.streams.continueBack(stream)),
  'streamdebug.break': (s, breakpoint) => streamBreakpointState.parse(s.streams.add(breakpoint)),
  'streamdebug.unbreak': (s, { id }) => s.streams.remove(id),
  'streamdebug.list': (s) => s.streams.breakpoints.map((b) => streamBreakpointState.parse(b)),
  'streamdebug.state': (s, { stream }) => s.streams.state(stream),
  'streamdebug.where': (s) => s.streams.where(),
  'streamdebug.run': (s, { ns }) => s.streamSession.after(s.streams.run(ns)),
  'streamdebug.step': (s, { stream, count, limitNs }) => s.streamSession.after(s.streams.step(stream, count, limitNs)),
  'streamdebug.over': (s, { stream, limitNs }) => s.streamSession.after(s.streams.over(stream, limitNs)),
  'streamdebug.out': (s, { stream, limitNs }) => s.streamSession.after(s.streams.out(stream, limitNs)),
  'streamdebug.setRegister': (s, { stream, register, value }) => s.streams.setRegister(stream, register, value),
  'streamdebug.trace': (s, { size }) => s.streams.keep(size),
  'streamdebug.traced': (s, { last, stream }) => s.streams.traced(last, stream),
};

function back(s: StreamDebugService, stop: StreamStop): StreamStop {
  s.streamSession.reopen();
  return stop;
}

/** Requests that are answered while the thread waits at a stream's instruction inside another request. */
export const ANSWERED_AT_STREAM: ReadonlySet<string> = new Set([
  ...Object.keys(streamDebugRequests),
  'debug.state',
  'debug.registers',
  'debug.read',
  'debug.breakpoints',
  'bench.status',
  'register.peek',
  'register.peekWords',
  'memory.read',
  'memory.readUser',
  'session.flush',
]);

/** Requests among them that change nothing. */
export const STREAM_LOOKS = [
  'streamdebug.job',
  'streamdebug.list',
  'streamdebug.state',
  'streamdebug.where',
  'streamdebug.traced',
] as const;
