/** NVIC, MPU, SCB, SysTick and DWT of the core as a debugger shows them: read without any side effect. */
import type { Machine } from '../../emulator/machine.ts';
import { FIRST_IRQ } from '../../emulator/mcu/nvic.ts';
import { MPU_REGIONS } from '../../emulator/mcu/mpu.ts';
import { readSystem } from '../../emulator/mcu/system-space.ts';
import type { McuSystem } from '../../protocol/debug-views.ts';
import { exceptionName, lineIsUsed } from './mcu-names.ts';

/** System registers shown, by name and address (ARMv7-M ARM, B3.2). Reading them has no side effect. */
const SCB = [
  ['CPUID', 0xe000_ed00],
  ['ICSR', 0xe000_ed04],
  ['VTOR', 0xe000_ed08],
  ['AIRCR', 0xe000_ed0c],
  ['SCR', 0xe000_ed10],
  ['CCR', 0xe000_ed14],
  ['SHCSR', 0xe000_ed24],
  ['CFSR', 0xe000_ed28],
  ['HFSR', 0xe000_ed2c],
  ['DFSR', 0xe000_ed30],
  ['MMFAR', 0xe000_ed34],
  ['BFAR', 0xe000_ed38],
] as const;

const RASR_ENABLE = 1;
const XN = 1 << 28;
const RIGHTS = ['none', 'rw/-', 'rw/r', 'rw/rw', 'reserved', 'r/-', 'r/r', 'r/r'];

export function systemView(machine: Machine): McuSystem {
  const { core } = machine;
  const { nvic, mpu } = core;
  const exceptions: McuSystem['exceptions'] = [];
  for (let number = 1; number < nvic.count; number++) {
    const name = exceptionName(number);
    const quiet = nvic.enabled[number] === 0 && nvic.pending[number] === 0;
    if (name === undefined || (number >= FIRST_IRQ && !lineIsUsed(number) && quiet)) continue;
    exceptions.push({
      number,
      name,
      enabled: nvic.enabled[number] !== 0,
      pending: nvic.pending[number] !== 0,
      active: nvic.active[number] !== 0,
      level: nvic.level[number] !== 0,
      priority: nvic.priority[number] ?? 0,
      vector: ((machine.mcuPeek((core.control.vtor + number * 4) >>> 0) ?? 0) & ~1) >>> 0,
    });
  }
  return {
    exceptions,
    priorityGroup: nvic.prigroup,
    executionPriority: nvic.executionPriority(core.primask, core.faultmask, core.basepri),
    registers: SCB.map(([name, address]) => ({ name, address, value: readSystem(core, address, 4) >>> 0 })),
    mpu: {
      enabled: mpu.enabled,
      background: (mpu.control & 4) !== 0,
      inFaults: (mpu.control & 2) !== 0,
      regions: Array.from({ length: MPU_REGIONS }, (_, region) =>
        regionView(mpu.base[region]!, mpu.attributes[region]!, region),
      ),
    },
    systick: {
      control: core.systick.peekControl() >>> 0,
      reload: core.systick.reloadValue,
      current: core.systick.current,
    },
    cycles: core.debug.cyccnt >>> 0,
    sleeping: core.sleeping,
    lockup: core.lockup,
  };
}

function regionView(base: number, attributes: number, region: number): McuSystem['mpu']['regions'][number] {
  const bits = Math.max(((attributes >>> 1) & 31) + 1, 5);
  return {
    region,
    enabled: (attributes & RASR_ENABLE) !== 0,
    base: base >>> 0,
    size: 2 ** bits,
    rights: RIGHTS[(attributes >>> 24) & 7] ?? '',
    executeNever: (attributes & XN) !== 0,
    subregionsOff: (attributes >>> 8) & 0xff,
  };
}
