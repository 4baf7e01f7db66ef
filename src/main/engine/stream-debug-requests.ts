/** Handlers of the `streamdebug.*` requests. */
import type { z } from 'zod';
import { streamBreakpointState, streamDebugRequests } from '../../protocol/stream-debug.ts';
import type { StreamDebugger } from './stream-debug.ts';

/** What the handlers need of the service. */
export interface StreamDebugService {
  readonly streams: StreamDebugger;
}

type Requests = typeof streamDebugRequests;
type Handlers = {
  readonly [K in keyof Requests]: (
    service: StreamDebugService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

export const STREAM_DEBUG_HANDLERS: Handlers = {
  'streamdebug.break': (s, breakpoint) => streamBreakpointState.parse(s.streams.add(breakpoint)),
  'streamdebug.unbreak': (s, { id }) => s.streams.remove(id),
  'streamdebug.list': (s) => s.streams.breakpoints.map((b) => streamBreakpointState.parse(b)),
  'streamdebug.state': (s, { stream }) => s.streams.state(stream),
  'streamdebug.where': (s) => s.streams.where(),
  'streamdebug.run': (s, { ns }) => s.streams.run(ns),
  'streamdebug.step': (s, { stream, count, limitNs }) => s.streams.step(stream, count, limitNs),
  'streamdebug.over': (s, { stream, limitNs }) => s.streams.over(stream, limitNs),
  'streamdebug.out': (s, { stream, limitNs }) => s.streams.out(stream, limitNs),
  'streamdebug.setRegister': (s, { stream, register, value }) => s.streams.setRegister(stream, register, value),
  'streamdebug.trace': (s, { size }) => s.streams.keep(size),
  'streamdebug.traced': (s, { last, stream }) => s.streams.traced(last, stream),
};

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
  'streamdebug.list',
  'streamdebug.state',
  'streamdebug.where',
  'streamdebug.traced',
] as const;
