/**
 * All register blocks with the address space they live in. Host: offsets in the 2 MiB window. MCU: offsets from
 * MCU_REG_BASE in the core's own address map, invisible to the host. Stream: offsets from the start of a
 * command-stream interface.
 */

import { CSF_USER } from './csf-user.ts';
import type { Register } from './define.ts';
import { CSF_DOORBELL } from './doorbell.ts';
import { GPU_CONTROL } from './gpu-control.ts';
import { IPA_CONTROL } from './ipa-control.ts';
import { JOB_CONTROL } from './job-control.ts';
import { MCU_CONTROL } from './mcu-control.ts';
import { MCU_CORE, MCU_CS, MCU_CSG, MCU_GPU, MCU_PRF, MCU_REG_BASE, MCU_WINDOW, STREAM_BASE } from './mcu-private.ts';
import { MMU_CONTROL } from './mmu.ts';
import { GPU_POWER } from './power.ts';
import { PWR_CONTROL } from './pwr-control.ts';

export type View = 'host' | 'mcu' | 'stream';

/** Size of the host's register window in bytes. */
export const HOST_WINDOW_SIZE = 0x20_0000;

export interface BlockInfo {
  readonly name: string;
  readonly view: View;
  /** Address of offset 0: 0 for the host, an address of the core otherwise (for streams, of interface 0). */
  readonly base: number;
  readonly doc: string;
  readonly registers: readonly Register[];
}

function block(name: string, view: View, doc: string, table: Readonly<Record<string, Register>>): BlockInfo {
  const base = { host: 0, mcu: MCU_REG_BASE, stream: STREAM_BASE }[view];
  return { name, view, base, doc, registers: Object.values(table) };
}

export const hostBlocks: readonly BlockInfo[] = [
  block('GPU_CONTROL', 'host', 'Identity, interrupts, commands, faults and settings of the GPU', GPU_CONTROL),
  block('GPU_POWER', 'host', 'Power of cores, tiler and L2 up to architecture 13', GPU_POWER),
  block('MCU_CONTROL', 'host', 'Start and stop of the MCU', MCU_CONTROL),
  block('PWR_CONTROL', 'host', 'Power control of architecture 14', PWR_CONTROL),
  block('JOB_CONTROL', 'host', 'Interrupts from the firmware', JOB_CONTROL),
  block('MMU_CONTROL', 'host', 'MMU interrupts and address space slots', MMU_CONTROL),
  block('CSF_USER', 'host', 'Page readable by user space', CSF_USER),
  block('IPA_CONTROL', 'host', 'Counters for a power model', IPA_CONTROL),
  block('CSF_DOORBELL', 'host', 'Doorbell pages', CSF_DOORBELL),
];

export const mcuBlocks: readonly BlockInfo[] = [
  block('MCU_GPU', 'mcu', 'Shape, power, caches and address space faults', MCU_GPU),
  block('MCU_CORE', 'mcu', 'Core state, debugging, doorbells, time', MCU_CORE),
  block('MCU_WINDOW', 'mcu', 'Windows onto other address spaces', MCU_WINDOW),
  block('MCU_CSG', 'mcu', 'Groups and endpoints', MCU_CSG),
  block('MCU_PRF', 'mcu', 'Performance counters', MCU_PRF),
];

export const streamBlocks: readonly BlockInfo[] = [block('MCU_CS', 'stream', 'Command-stream interface', MCU_CS)];

export const allBlocks: readonly BlockInfo[] = [...hostBlocks, ...mcuBlocks, ...streamBlocks];

/** Block of exactly this name. */
export function findBlock(name: string): BlockInfo | undefined {
  return allBlocks.find((b) => b.name === name);
}
