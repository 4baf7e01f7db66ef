/**
 * The fault status registers and their bits. Source: ARMv7-M ARM, B3.2.15 to B3.2.19.
 */
import type { Stateful } from '../../base/stateful.ts';

/** CFSR: MMFSR in byte 0, BFSR in byte 1, UFSR in the upper half. */
export const IACCVIOL = 1 << 0;
export const DACCVIOL = 1 << 1;
export const MUNSTKERR = 1 << 3;
export const MSTKERR = 1 << 4;
export const MMARVALID = 1 << 7;
export const IBUSERR = 1 << 8;
export const PRECISERR = 1 << 9;
export const UNSTKERR = 1 << 11;
export const STKERR = 1 << 12;
export const BFARVALID = 1 << 15;
export const UNDEFINSTR = 1 << 16;
export const INVSTATE = 1 << 17;
export const INVPC = 1 << 18;
export const NOCP = 1 << 19;
export const UNALIGNED = 1 << 24;
export const DIVBYZERO = 1 << 25;
/** HFSR. */
export const VECTTBL = 1 << 1;
export const FORCED = 1 << 30;
export const DEBUGEVT = 1 << 31;
/** DFSR. */
export const DFSR_BKPT = 1 << 1;

export interface FaultState {
  readonly [key: string]: number;
}

export class FaultStatus implements Stateful<FaultState> {
  cfsr = 0;
  hfsr = 0;
  dfsr = 0;
  mmfar = 0;
  bfar = 0;

  reset(): void {
    this.cfsr = this.hfsr = this.dfsr = this.mmfar = this.bfar = 0;
  }

  save(): FaultState {
    const { cfsr, hfsr, dfsr, mmfar, bfar } = this;
    return { cfsr, hfsr, dfsr, mmfar, bfar };
  }

  load(s: FaultState): void {
    this.cfsr = s['cfsr'] ?? 0;
    this.hfsr = s['hfsr'] ?? 0;
    this.dfsr = s['dfsr'] ?? 0;
    this.mmfar = s['mmfar'] ?? 0;
    this.bfar = s['bfar'] ?? 0;
  }
}
