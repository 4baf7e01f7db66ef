/**
 * What the GPU says of itself: the registers read once at probe, as the uAPI hands them to user space
 * (`drm_panthor_gpu_info`), and the lines the probe logs (Tyr `gpu.rs`, Panthor `panthor_hw.c`).
 */
import { hex, popcount32 } from '../../base/bits.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import type { Words } from '../../spec/registers/define.ts';
import { GPU_COHERENCY } from '../../spec/uapi/constants.ts';
import { fail } from '../kernel/errno.ts';
import type { IoMem } from '../kernel/io.ts';
import type { Log } from '../kernel/log.ts';

/** Fields of `drm_panthor_gpu_info` by their uAPI names. */
export type GpuInfo = {
  readonly gpu_id: number;
  readonly gpu_rev: number;
  readonly csf_id: number;
  readonly l2_features: number;
  readonly tiler_features: number;
  readonly mem_features: number;
  readonly mmu_features: number;
  readonly thread_features: number;
  readonly max_threads: number;
  readonly thread_max_workgroup_size: number;
  readonly thread_max_barrier_size: number;
  readonly coherency_features: number;
  readonly texture_features: readonly [number, number, number, number];
  readonly as_present: number;
  readonly selected_coherency: number;
  readonly shader_present: Words;
  readonly l2_present: Words;
  readonly tiler_present: Words;
  readonly core_features: number;
  readonly gpu_features: Words;
};

/** Architectures with an L2 and reset behind GPU_CMD; later ones have PWR_CONTROL. */
const ARCH = { first: 10, last: 14 } as const;

/** Reads everything; KernelError ENXIO when no GPU answers, EOPNOTSUPP for an architecture without a driver. */
export function readGpuInfo(io: IoMem): GpuInfo {
  const gpu_id = io.read(GPU_CONTROL.GPU_ID);
  if (gpu_id === 0) fail('ENXIO', 'GPU_ID reads 0');
  const arch = GPU_CONTROL.GPU_ID.get('arch_major', gpu_id);
  if (arch < ARCH.first || arch > ARCH.last) fail('EOPNOTSUPP', `architecture ${arch} is not supported`);
  return {
    gpu_id,
    gpu_rev: io.read(GPU_CONTROL.GPU_REVID),
    csf_id: io.read(GPU_CONTROL.GPU_CSF_ID),
    l2_features: io.read(GPU_CONTROL.GPU_L2_FEATURES),
    tiler_features: io.read(GPU_CONTROL.GPU_TILER_FEATURES),
    mem_features: io.read(GPU_CONTROL.GPU_MEM_FEATURES),
    mmu_features: io.read(GPU_CONTROL.GPU_MMU_FEATURES),
    thread_features: io.read(GPU_CONTROL.GPU_THREAD_FEATURES),
    max_threads: io.read(GPU_CONTROL.GPU_THREAD_MAX_THREADS),
    thread_max_workgroup_size: io.read(GPU_CONTROL.GPU_THREAD_MAX_WORKGROUP_SIZE),
    thread_max_barrier_size: io.read(GPU_CONTROL.GPU_THREAD_MAX_BARRIER_SIZE),
    coherency_features: io.read(GPU_CONTROL.GPU_COHERENCY_FEATURES),
    texture_features: [
      io.read(GPU_CONTROL.GPU_TEXTURE_FEATURES.at(0)),
      io.read(GPU_CONTROL.GPU_TEXTURE_FEATURES.at(1)),
      io.read(GPU_CONTROL.GPU_TEXTURE_FEATURES.at(2)),
      io.read(GPU_CONTROL.GPU_TEXTURE_FEATURES.at(3)),
    ],
    as_present: io.read(GPU_CONTROL.GPU_AS_PRESENT),
    selected_coherency: GPU_COHERENCY.NONE,
    shader_present: io.read64(GPU_POWER.GPU_SHADER_PRESENT),
    l2_present: io.read64(GPU_POWER.GPU_L2_PRESENT),
    tiler_present: io.read64(GPU_POWER.GPU_TILER_PRESENT),
    core_features: io.read(GPU_CONTROL.GPU_CORE_FEATURES),
    gpu_features: io.read64(GPU_CONTROL.GPU_FEATURES),
  };
}

/** Cores a mask names. */
export function coreCount(mask: Words): number {
  return popcount32(mask.lo) + popcount32(mask.hi);
}

/** Widths of virtual and physical addresses. */
export function addressBits(info: GpuInfo): { va: number; pa: number } {
  return {
    va: GPU_CONTROL.GPU_MMU_FEATURES.get('va_bits', info.mmu_features),
    pa: GPU_CONTROL.GPU_MMU_FEATURES.get('pa_bits', info.mmu_features),
  };
}

/** Names that do not depend on the configuration, by architecture and product. */
const MODELS: Readonly<Record<string, string>> = {
  '10.2': 'Mali-G710',
  '10.3': 'Mali-G510',
  '10.4': 'Mali-G310',
  '10.7': 'Mali-G610',
  '11.3': 'Mali-G615',
  '12.1': 'Mali-G620',
  '13.1': 'Mali-G625',
  '14.0': 'Mali-G1-Ultra',
  '14.1': 'Mali-G1-Premium',
  '14.3': 'Mali-G1-Pro',
};

/** Products whose name follows from the number of cores: the big name from 10 cores with ray tracing on. */
const FAMILIES: Readonly<Record<string, { ray: string; big: string; bigFrom: number; small: string }>> = {
  '11.2': { ray: 'Mali-G715-Immortalis', big: 'Mali-G715', bigFrom: 7, small: 'Mali-G615' },
  '12.0': { ray: 'Mali-G720-Immortalis', big: 'Mali-G720', bigFrom: 6, small: 'Mali-G620' },
  '13.0': { ray: 'Mali-G925-Immortalis', big: 'Mali-G725', bigFrom: 6, small: 'Mali-G625' },
};
const RAY_CORES = 10;

/** Product name as the probe line prints it. */
export function modelName(info: GpuInfo): string {
  const id = GPU_CONTROL.GPU_ID;
  const key = `${id.get('arch_major', info.gpu_id)}.${id.get('prod_major', info.gpu_id)}`;
  const fixed = MODELS[key];
  if (fixed !== undefined) return fixed;
  const family = FAMILIES[key];
  if (family === undefined) return '(Unknown Mali GPU)';
  const cores = coreCount(info.shader_present);
  const ray = GPU_CONTROL.GPU_FEATURES.get('RAY_INTERSECTION', info.gpu_features.lo, info.gpu_features.hi) === 1;
  if (cores >= RAY_CORES && ray) return family.ray;
  return cores >= family.bigFrom ? family.big : family.small;
}

/** The three lines of the probe. */
export function logGpuInfo(log: Log, info: GpuInfo): void {
  const id = GPU_CONTROL.GPU_ID;
  const part = (name: 'ver_major' | 'ver_minor' | 'ver_status'): string => hex(id.get(name, info.gpu_id));
  log.info(
    `${modelName(info)} id ${hex(info.gpu_id >>> 16)} major ${part('ver_major')} minor ${part('ver_minor')} status ${part('ver_status')}`,
  );
  log.info(
    `Features: L2:${hex(info.l2_features)} Tiler:${hex(info.tiler_features)} Mem:${hex(info.mem_features)} MMU:${hex(info.mmu_features)} AS:${hex(info.as_present)}`,
  );
  const mask = (words: Words): string => hex(words.hi * 2 ** 32 + words.lo);
  log.info(
    `shader_present=${mask(info.shader_present)} l2_present=${mask(info.l2_present)} tiler_present=${mask(info.tiler_present)}`,
  );
}
