/**
 * The system control block's own state (SCR, CCR, VTOR, CSSELR) and the identification registers of a
 * Cortex-M7 r1p2 without FPU. Source: ARMv7-M ARM, B3.2 and B4; Cortex-M7 TRM, 3.3.
 */
import type { Stateful } from '../../base/stateful.ts';
import type { Core } from './core.ts';

export const SCR_SLEEPONEXIT = 1 << 1;
export const SCR_SEVONPEND = 1 << 4;
export const CCR_NONBASETHRDENA = 1 << 0;
export const CCR_USERSETMPEND = 1 << 1;
export const CCR_UNALIGN_TRP = 1 << 3;
export const CCR_DIV_0_TRP = 1 << 4;
export const CCR_BFHFNMIGN = 1 << 8;
export const CCR_STKALIGN = 1 << 9;
/** Writable: the above but STKALIGN, and the cache enables, which change nothing here. */
export const CCR_WRITABLE = 0x0003_011b;
/** STKALIGN and BP read as one and ignore writes (Cortex-M7 Devices Generic User Guide, 4.3.7). */
export const CCR_FIXED = 0x0004_0200;

/** Identification registers 0xe000ed40..0xe000ed84 by offset from 0xe000e000. Caches: 16 KiB each (chosen). */
export const IDENTIFICATION: Readonly<Record<number, number>> = {
  0xd40: 0x0000_0030, // ID_PFR0: Thumb-2
  0xd44: 0x0000_0200, // ID_PFR1: M profile
  0xd48: 0x0010_0000, // ID_DFR0
  0xd50: 0x0010_0030, // ID_MMFR0: PMSAv7
  0xd58: 0x0100_0000, // ID_MMFR2: WFI
  0xd60: 0x0110_1110, // ID_ISAR0: divide
  0xd64: 0x0211_2000, // ID_ISAR1
  0xd68: 0x2023_2231, // ID_ISAR2
  0xd6c: 0x0111_1131, // ID_ISAR3
  0xd70: 0x0131_0132, // ID_ISAR4
  0xd78: 0x0900_0003, // CLIDR: split level-1 caches
  0xd7c: 0x8303_c003, // CTR
};
const CCSIDR_DATA = 0xf00f_e019 | 0;
const CCSIDR_INSTRUCTION = 0xf007_e009 | 0;

/** CPUID of a Cortex-M7 r1p2. */
const CPUID_M7_R1P2 = 0x411f_c272;

export interface ControlState {
  readonly [key: string]: number;
}

export class SystemControl implements Stateful<ControlState> {
  scr = 0;
  ccr = CCR_FIXED;
  vtor = 0;
  csselr = 0;
  private readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  get cpuid(): number {
    return this.core.options.cpuid ?? CPUID_M7_R1P2;
  }

  /** CCSIDR of the selected cache. */
  get ccsidr(): number {
    return (this.csselr & 1) === 0 ? CCSIDR_DATA : CCSIDR_INSTRUCTION;
  }

  reset(): void {
    this.scr = 0;
    this.ccr = CCR_FIXED;
    this.vtor = 0;
    this.csselr = 0;
  }

  save(): ControlState {
    const { scr, ccr, vtor, csselr } = this;
    return { scr, ccr, vtor, csselr };
  }

  load(s: ControlState): void {
    this.scr = s['scr'] ?? 0;
    this.ccr = s['ccr'] ?? CCR_FIXED;
    this.vtor = s['vtor'] ?? 0;
    this.csselr = s['csselr'] ?? 0;
  }
}
