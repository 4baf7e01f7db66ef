/**
 * The private peripheral bus 0xe0000000..0xe00fffff: SysTick, NVIC, system control block, MPU, DWT, ITM, debug.
 * A table of registers by offset from 0xe000e000 and ranges for the arrays. What does not exist reads 0 and
 * ignores writes (chosen). Byte and halfword accesses take part of the word; byte writes merge with it.
 * Source: ARMv7-M ARM, B3.2.2 and B3.4.3.
 */
import type { Core } from './core.ts';
import { MPU_REGIONS, RASR_WRITABLE } from './mpu.ts';
import {
  BUS_FAULT_EXCEPTION,
  DEBUG_MONITOR,
  FIRST_IRQ,
  MEM_MANAGE,
  NMI,
  PENDSV,
  SVCALL,
  SYSTICK,
  USAGE_FAULT,
} from './nvic.ts';
import { IPSR } from './state.ts';
import { CCR_FIXED, CCR_WRITABLE, IDENTIFICATION } from './system-control.ts';
import { SYSTICK_CALIB } from './systick.ts';
import { DEMCR_MON_EN, DEMCR_MON_PEND } from './debug.ts';

interface Register {
  read(core: Core): number;
  write?(core: Core, value: number): void;
}

const SCS = 0xe000_e000 | 0;
/** Software trigger interrupt register. */
export const STIR = (SCS + 0xf00) | 0;
const DWT = 0xe000_1000 | 0;
const ITM = 0xe000_0000 | 0;
/** Key that a write of AIRCR must carry, and what it reads as. */
const VECTKEY = 0x05fa;
const VECTKEY_READ = 0xfa05_0000 | 0;
const FAULT_ENABLES = [
  [16, MEM_MANAGE],
  [17, BUS_FAULT_EXCEPTION],
  [18, USAGE_FAULT],
] as const;
const SHCSR_ACTIVE = [
  [0, MEM_MANAGE],
  [1, BUS_FAULT_EXCEPTION],
  [3, USAGE_FAULT],
  [7, SVCALL],
  [8, DEBUG_MONITOR],
  [10, PENDSV],
  [11, SYSTICK],
] as const;
const SHCSR_PENDING = [
  [12, USAGE_FAULT],
  [13, MEM_MANAGE],
  [14, BUS_FAULT_EXCEPTION],
  [15, SVCALL],
] as const;

function readIcsr(core: Core): number {
  const { nvic, S } = core;
  const bit = (exception: number, at: number): number => nvic.pending[exception]! << at;
  let external = 0;
  for (let e = FIRST_IRQ; e < nvic.count; e++) external |= nvic.pending[e]!;
  let highest = 0;
  for (let e = 1; e < nvic.count; e++) {
    if (nvic.pending[e] === 0 || nvic.enabled[e] === 0) continue;
    if (highest === 0 || nvic.priority[e]! < nvic.priority[highest]!) highest = e;
  }
  const base = nvic.activeCount() <= 1 ? 1 << 11 : 0;
  return S[IPSR]! | base | (highest << 12) | (external << 22) | bit(SYSTICK, 26) | bit(PENDSV, 28) | (bit(NMI, 31) | 0);
}

function writeIcsr(core: Core, v: number): void {
  const { pending } = core.nvic;
  if ((v & (1 << 25)) !== 0) pending[SYSTICK] = 0;
  if ((v & (1 << 26)) !== 0) pending[SYSTICK] = 1;
  if ((v & (1 << 27)) !== 0) pending[PENDSV] = 0;
  if ((v & (1 << 28)) !== 0) pending[PENDSV] = 1;
  if (v < 0) pending[NMI] = 1;
}

const bitsOf = (list: readonly (readonly [number, number])[], words: Int32Array): number =>
  list.reduce((v, [bit, exception]) => v | (words[exception]! << bit), 0);

function writeShcsr(core: Core, v: number): void {
  const { enabled, active, pending } = core.nvic;
  for (const [bit, e] of FAULT_ENABLES) enabled[e] = (v >>> bit) & 1;
  for (const [bit, e] of SHCSR_ACTIVE) active[e] = (v >>> bit) & 1;
  for (const [bit, e] of SHCSR_PENDING) pending[e] = (v >>> bit) & 1;
}

function writeAircr(core: Core, v: number): void {
  if (v >>> 16 !== VECTKEY) return;
  core.nvic.prigroup = (v >>> 8) & 7;
  if ((v & 4) !== 0) core.hooks.systemReset?.();
}

/** System handler priorities: exceptions 4..15, four to a register. */
const shpr = (first: number): Register => ({
  read: ({ nvic }) => packBytes(nvic.priority, first),
  write: ({ nvic }, v) => {
    for (let k = 0; k < 4; k++) {
      const e = first + k;
      const exists = [MEM_MANAGE, BUS_FAULT_EXCEPTION, USAGE_FAULT, SVCALL, DEBUG_MONITOR, PENDSV, SYSTICK].includes(e);
      if (exists) nvic.priority[e] = (v >>> (8 * k)) & nvic.priorityMask;
    }
  },
});

function packBytes(bytes: Int32Array, first: number): number {
  let v = 0;
  for (let k = 0; k < 4; k++) v |= ((bytes[first + k] ?? 0) & 0xff) << (8 * k);
  return v;
}

const mpuRegion = (core: Core): number => core.mpu.number % MPU_REGIONS;
function writeRbar({ mpu }: Core, v: number): void {
  if ((v & 0x10) !== 0) mpu.number = v & 15;
  mpu.base[mpu.number % MPU_REGIONS] = v & ~0x1f;
}
const MPU_ALIASES = [0xd9c, 0xda4, 0xdac, 0xdb4];

const registers: Record<number, Register> = {
  0x004: { read: () => 0 },
  0x008: { read: () => 0 },
  0x010: {
    read: (c) => (tick(c), c.systick.readControl()),
    write: (c, v) => (tick(c), c.systick.writeControl(v)),
  },
  0x014: {
    read: (c) => c.systick.reloadValue,
    write: (c, v) => (tick(c), c.systick.writeReload(v)),
  },
  0x018: {
    read: (c) => (tick(c), c.systick.current),
    write: (c) => (tick(c), c.systick.clear()),
  },
  0x01c: { read: () => SYSTICK_CALIB },
  0xd00: { read: (c) => c.control.cpuid | 0 },
  0xd04: { read: readIcsr, write: writeIcsr },
  0xd08: { read: (c) => c.control.vtor, write: (c, v) => void (c.control.vtor = v & ~0x7f) },
  0xd0c: { read: (c) => VECTKEY_READ | (c.nvic.prigroup << 8), write: writeAircr },
  0xd10: { read: (c) => c.control.scr, write: (c, v) => void (c.control.scr = v & 0x16) },
  0xd14: { read: (c) => c.control.ccr, write: (c, v) => void (c.control.ccr = (v & CCR_WRITABLE) | CCR_FIXED) },
  0xd18: shpr(4),
  0xd1c: shpr(8),
  0xd20: shpr(12),
  0xd24: {
    read: ({ nvic }) =>
      bitsOf(FAULT_ENABLES, nvic.enabled) | bitsOf(SHCSR_ACTIVE, nvic.active) | bitsOf(SHCSR_PENDING, nvic.pending),
    write: writeShcsr,
  },
  0xd28: { read: (c) => c.faults.cfsr, write: (c, v) => void (c.faults.cfsr &= ~v) },
  0xd2c: { read: (c) => c.faults.hfsr, write: (c, v) => void (c.faults.hfsr &= ~v) },
  0xd30: { read: (c) => c.faults.dfsr, write: (c, v) => void (c.faults.dfsr &= ~v) },
  0xd34: { read: (c) => c.faults.mmfar, write: (c, v) => void (c.faults.mmfar = v) },
  0xd38: { read: (c) => c.faults.bfar, write: (c, v) => void (c.faults.bfar = v) },
  0xd80: { read: (c) => c.control.ccsidr },
  0xd84: { read: (c) => c.control.csselr, write: (c, v) => void (c.control.csselr = v & 15) },
  0xd90: { read: () => MPU_REGIONS << 8 },
  0xd94: {
    read: (c) => c.mpu.control,
    write: (c, v) => {
      c.mpu.control = v & 7;
      c.memory.mpuChanged();
    },
  },
  0xd98: { read: (c) => c.mpu.number, write: (c, v) => void (c.mpu.number = v & 0xff) },
  0xdfc: {
    read: (c) => c.debug.demcr | (c.nvic.pending[DEBUG_MONITOR]! * DEMCR_MON_PEND),
    write: (c, v) => {
      c.debug.demcr = v & 0x0109_0000 & ~DEMCR_MON_PEND;
      c.nvic.pending[DEBUG_MONITOR] = (v & DEMCR_MON_PEND) !== 0 && (v & DEMCR_MON_EN) !== 0 ? 1 : 0;
    },
  },
  [STIR - SCS]: { read: () => 0, write: ({ nvic }, v) => pendSoftware(nvic.pending, FIRST_IRQ + (v & 0x1ff)) },
};
for (const [offset, value] of Object.entries(IDENTIFICATION)) registers[Number(offset)] = { read: () => value };
for (const at of MPU_ALIASES) {
  registers[at] = {
    read: (c) => c.mpu.base[mpuRegion(c)]! | mpuRegion(c),
    write: (c, v) => {
      writeRbar(c, v);
      c.memory.mpuChanged();
    },
  };
  registers[at + 4] = {
    read: (c) => c.mpu.attributes[mpuRegion(c)]!,
    write: (c, v) => {
      c.mpu.attributes[mpuRegion(c)] = v & RASR_WRITABLE;
      c.memory.mpuChanged();
    },
  };
}

function tick(core: Core): void {
  if (core.systick.sync(core.now())) core.exceptions.pend(SYSTICK);
}

function pendSoftware(pending: Int32Array, exception: number): void {
  if (exception < pending.length) pending[exception] = 1;
}

/** NVIC bit registers: base offset, and what a 1 does when written. Reads give `words`. */
type BitBank = readonly [base: number, words: (c: Core) => Int32Array, write?: (c: Core, exception: number) => void];
const BIT_BANKS: readonly BitBank[] = [
  [0x100, (c) => c.nvic.enabled, (c, e) => void (c.nvic.enabled[e] = 1)],
  [0x180, (c) => c.nvic.enabled, (c, e) => void (c.nvic.enabled[e] = 0)],
  [0x200, (c) => c.nvic.pending, (c, e) => void (c.nvic.pending[e] = 1)],
  [0x280, (c) => c.nvic.pending, (c, e) => c.nvic.clearPending(e)],
  [0x300, (c) => c.nvic.active],
];
const BANK_BYTES = 0x80;

const IPR = 0x400;
const IPR_END = 0x500;

/** The register at a word-aligned address, or undefined. */
function find(core: Core, address: number): Register | undefined {
  if ((address & ~0xfff) === DWT)
    return (address & 0xfff) === 0 ? DWT_CTRL : (address & 0xfff) === 4 ? CYCCNT : undefined;
  if ((address & ~0xfff) === ITM) return itm(address & 0xfff);
  const offset = (address - SCS) | 0;
  if (offset < 0 || offset > 0xfff) return undefined;
  const known = registers[offset];
  if (known !== undefined) return known;
  const bank = BIT_BANKS.find(([base]) => offset >= base && offset < base + BANK_BYTES);
  if (bank !== undefined) return bitRegister(bank, FIRST_IRQ + (offset - bank[0]) * 8, core.nvic.count);
  if (offset >= IPR && offset < IPR_END) return priorities(FIRST_IRQ + offset - IPR);
  return undefined;
}

function bitRegister([, words, set]: BitBank, first: number, count: number): Register {
  return {
    read: (c) => {
      let v = 0;
      for (let k = 0; k < 32 && first + k < count; k++) v |= words(c)[first + k]! << k;
      return v;
    },
    write: (c, v) => {
      for (let k = 0; k < 32 && first + k < count; k++) if ((v >>> k) & 1) set?.(c, first + k);
    },
  };
}

function priorities(first: number): Register {
  return {
    read: ({ nvic }) => packBytes(nvic.priority, first),
    write: ({ nvic }, v) => {
      for (let k = 0; k < 4 && first + k < nvic.count; k++)
        nvic.priority[first + k] = (v >>> (8 * k)) & nvic.priorityMask;
    },
  };
}

const DWT_CTRL: Register = { read: (c) => c.debug.dwt, write: (c, v) => void (c.debug.dwt = v) };
const CYCCNT: Register = { read: (c) => c.debug.cyccnt, write: (c, v) => void (c.debug.cyccnt = v) };
/** Stimulus ports are always ready. */
const STIMULUS: Register = { read: () => 1 };
const ITM_TER: Register = { read: (c) => c.debug.itmEnabled, write: (c, v) => void (c.debug.itmEnabled = v) };
const ITM_TCR: Register = { read: (c) => c.debug.itmControl, write: (c, v) => void (c.debug.itmControl = v) };
const ITM_PORTS_END = 0x80;
function itm(offset: number): Register | undefined {
  if (offset < ITM_PORTS_END) return STIMULUS;
  if (offset === 0xe00) return ITM_TER;
  return offset === 0xe80 ? ITM_TCR : undefined;
}

/** Reads 1, 2 or 4 aligned bytes. */
export function readSystem(core: Core, address: number, size: 1 | 2 | 4): number {
  const word = find(core, address & ~3)?.read(core) ?? 0;
  if (size === 4) return word | 0;
  return (word >>> ((address & 3) * 8)) & (size === 1 ? 0xff : 0xffff);
}

/** Registers where a 1 acts: the bytes beside a narrow write must be 0, not what was read. */
function writesOnes(offset: number): boolean {
  return (offset >= 0x100 && offset < 0x400) || offset === 0xd04 || (offset >= 0xd28 && offset <= 0xd30);
}

/** Writes 1, 2 or 4 aligned bytes. */
export function writeSystem(core: Core, address: number, size: 1 | 2 | 4, value: number): void {
  if ((address & ~0xfff) === ITM && (address & 0xfff) < ITM_PORTS_END) {
    core.debug.stimulus((address & 0xfff) >>> 2, value, size);
    return;
  }
  const aligned = address & ~3;
  const register = find(core, aligned);
  if (register?.write === undefined) return;
  let word = value;
  if (size !== 4) {
    const at = (address & 3) * 8;
    const mask = (size === 1 ? 0xff : 0xffff) << at;
    const rest = writesOnes(aligned - SCS) ? 0 : register.read(core) & ~mask;
    word = rest | ((value << at) & mask);
  }
  register.write(core, word | 0);
  core.event();
}
