/**
 * The stream hardware with the machines that do the work of jobs plugged in: what a whole GPU has. Classes without a
 * machine of their own keep the unit that only takes time.
 */
import { JOB_CLASS } from '../spec/registers/mcu-private.ts';
import { createCsf } from './csf/csf.ts';
import { ShaderCores } from './shader/core.ts';
import type { ShaderEngineKind } from './shader/engine.ts';
import type { Csf, CsfHost } from './wiring.ts';

/** Command streams, iterators and shader cores; `engine` executes the shaders, with the same results either way. */
export function createGpuCores(host: CsfHost, engine: ShaderEngineKind = 'interpreter'): Csf {
  const csf = createCsf(host);
  csf.registerUnit(JOB_CLASS.COMPUTE, new ShaderCores(host, engine));
  return csf;
}
