/**
 * The board's data: what the device tree of an RK3588 says of its GPU (facts of the public rk3588 device tree),
 * and what our board adds (chosen): costs of CPU accesses and frequencies at power-on.
 */
import type { DeviceTreeNode } from '../../driver/kernel/platform.ts';
import { NOVA_WINDOW } from '../../spec/registers/nova.ts';

/** Physical base and size of the GPU's register window. */
export const GPU_BASE = 0xfb000000;
export const GPU_SIZE = 0x200000;

/** GIC SPI numbers of the three interrupt lines. */
export const GPU_LINES = { job: 92, mmu: 93, gpu: 94 } as const;
export type GpuLine = keyof typeof GPU_LINES;

/** GPU clock after power-on: the device tree assigns 200 MHz. */
export const GPU_HZ = 200_000_000;
/** Clocks of the GPU node; only `core` drives our model, the others must be on for it to answer (chosen). */
export const CLOCK_IDS = { core: 'CLK_GPU', coregroup: 'CLK_GPU_COREGROUP', stacks: 'CLK_GPU_STACKS' } as const;
/** Supplies and their voltage at power-on, in microvolts: the lowest operating point. */
export const SUPPLY_IDS = { mali: 'vdd_gpu_s0', sram: 'vdd_gpu_mem_s0' } as const;
export const SUPPLY_UV = 675_000;
export const POWER_DOMAIN = 'RK3588_PD_GPU';

/** CNTFRQ of the architected timer. */
export const TIMER_HZ = 24_000_000;

/** Virtual ns one 32-bit MMIO access costs the CPU: a read waits for its answer, a write is posted (chosen). */
export const MMIO_READ_NS = 150;
export const MMIO_WRITE_NS = 50;

/** A second device of the board, far from the first (chosen): its registers and its video memory window. */
export const NOVA_BASE = 0xf000_0000;
export const NOVA_VRAM = { base: 0x9_0000_0000, size: 0x1000_0000 } as const;

const OPP = [
  [300, 675],
  [400, 675],
  [500, 675],
  [600, 675],
  [700, 700],
  [800, 750],
  [900, 800],
  [1000, 850],
] as const;

export const GPU_NODE: DeviceTreeNode = {
  name: 'gpu@fb000000',
  compatible: ['rockchip,rk3588-mali', 'arm,mali-valhall-csf'],
  reg: [{ base: GPU_BASE, size: GPU_SIZE }],
  interrupts: Object.entries(GPU_LINES).map(([name, line]) => ({ name, line })),
  clocks: Object.entries(CLOCK_IDS).map(([name, id]) => ({ name, id })),
  supplies: Object.entries(SUPPLY_IDS).map(([name, id]) => ({ name, id })),
  powerDomains: [POWER_DOMAIN],
  opp: OPP.map(([mhz, mv]) => ({ hz: mhz * 1_000_000, uv: mv * 1000, maxUv: 850_000 })),
  properties: {},
};

export const NOVA_NODE: DeviceTreeNode = {
  name: 'nova@f0000000',
  compatible: ['tyr,nova'],
  reg: [{ base: NOVA_BASE, size: NOVA_WINDOW }, NOVA_VRAM],
  interrupts: [],
  clocks: [],
  supplies: [],
  powerDomains: [],
  opp: [],
  properties: {},
};
