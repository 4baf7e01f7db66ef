/** Handlers of the `shaderdebug.*` requests. */
import type { z } from 'zod';
import { shaderDebugRequests, SHADER_LANES } from '../../protocol/shader-debug.ts';
import type { ShaderDebugger } from './shader-debug.ts';
import { describeProgram } from './shader-programs.ts';

/** What the handlers need of the service. */
export interface ShaderDebugService {
  readonly shaders: ShaderDebugger;
}

type Requests = typeof shaderDebugRequests;
type Handlers = {
  readonly [K in keyof Requests]: (
    service: ShaderDebugService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

export const SHADER_DEBUG_HANDLERS: Handlers = {
  'shaderdebug.break': (s, breakpoint) => s.shaders.add(breakpoint),
  'shaderdebug.unbreak': (s, { id }) => s.shaders.remove(id),
  'shaderdebug.list': (s) => s.shaders.breakpoints,
  'shaderdebug.programs': (s) => s.shaders.programs.all.map(describeProgram),
  'shaderdebug.words': (s, { program }) => s.shaders.programs.of(program).words,
  'shaderdebug.open': (s, { name, bytes }) => describeProgram(s.shaders.programs.open(name, bytes)),
  'shaderdebug.name': (s, { program, name }) => void (s.shaders.programs.of(program).name = name),
  'shaderdebug.where': (s) => s.shaders.where(),
  'shaderdebug.tasks': (s) => s.shaders.tasks(),
  'shaderdebug.registers': (s, { core, warp }) => s.shaders.registers(core, warp),
  'shaderdebug.uniforms': (s, { core }) => s.shaders.uniforms(core),
  'shaderdebug.local': (s, { core, warp, lane, what }) => s.shaders.local(core, warp * SHADER_LANES + lane, what),
  'shaderdebug.run': (s, { ns }) => s.shaders.run(ns),
  'shaderdebug.release': (s) => s.shaders.release(),
  'shaderdebug.step': (s, { what, count, limitNs }) => s.shaders.step(what, count, limitNs),
  'shaderdebug.back': (s, { count }) => s.shaders.back(count),
  'shaderdebug.count': (s, { on }) => s.shaders.count(on),
  'shaderdebug.counts': (s, { program }) => s.shaders.counts(program),
  'shaderdebug.watch': (s, { at }) => s.shaders.watch(at),
  'shaderdebug.watched': (s, { last }) => s.shaders.watched(last),
  'shaderdebug.faults': (s) => [...s.shaders.faults],
};

/** Requests that change nothing. */
export const SHADER_LOOKS = [
  'shaderdebug.list',
  'shaderdebug.programs',
  'shaderdebug.words',
  'shaderdebug.where',
  'shaderdebug.tasks',
  'shaderdebug.registers',
  'shaderdebug.uniforms',
  'shaderdebug.local',
  'shaderdebug.counts',
  'shaderdebug.watched',
  'shaderdebug.faults',
] as const;

/** Requests that are answered while the thread waits at a shader's instruction inside another request. */
export const ANSWERED_AT_SHADER: ReadonlySet<string> = new Set([
  ...Object.keys(shaderDebugRequests).filter((name) => name !== 'shaderdebug.back'),
  'debug.state',
  'debug.registers',
  'debug.read',
  'debug.breakpoints',
  'streamdebug.list',
  'streamdebug.where',
  'streamdebug.state',
  'bench.status',
  'register.peek',
  'register.peekWords',
  'memory.read',
  'memory.readUser',
  'memory.view',
  'session.flush',
]);
