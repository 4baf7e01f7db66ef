/**
 * The memory protection unit (PMSAv7, 16 regions) and the default memory map behind it. Answers one question:
 * may this access happen, and is the answer the same for the whole 4 KiB page. Source: ARMv7-M ARM, B3.5.
 */
import type { Stateful } from '../../base/stateful.ts';
import { FETCH, STORE, type AccessKind } from './bus.ts';

export const MPU_REGIONS = 16;
const ENABLE = 1;
const HFNMIENA = 2;
const PRIVDEFENA = 4;
const RASR_ENABLE = 1;
const RASR_XN = 1 << 28;
/** XN, AP, TEX, S, C, B, SRD, SIZE, ENABLE; the other bits read as zero. */
export const RASR_WRITABLE = 0x173f_ff3f;
/** Regions of 256 bytes and more have eight subregions. */
const SUBREGION_MIN_BITS = 8;
const REGION_MIN_BITS = 5;

/** AP field: bit 0 privileged read, 1 privileged write, 2 user read, 3 user write. */
const PERMISSIONS = [0b0000, 0b0011, 0b0111, 0b1111, 0b0000, 0b0001, 0b0101, 0b0101];

export interface MpuState {
  readonly [key: string]: number | Int32Array;
  readonly control: number;
  readonly number: number;
  readonly base: Int32Array;
  readonly attributes: Int32Array;
}

export class Mpu implements Stateful<MpuState> {
  control = 0;
  number = 0;
  /** RBAR addresses and RASR words by region. */
  readonly base = new Int32Array(MPU_REGIONS);
  readonly attributes = new Int32Array(MPU_REGIONS);

  get enabled(): boolean {
    return (this.control & ENABLE) !== 0;
  }

  /** True when accesses at negative execution priority go round the MPU. */
  get bypassedByFaults(): boolean {
    return (this.control & HFNMIENA) === 0;
  }

  reset(): void {
    this.control = 0;
    this.number = 0;
    this.base.fill(0);
    this.attributes.fill(0);
  }

  /** Whether the access is allowed; `active` false leaves the default map alone. */
  allows(address: number, kind: AccessKind, privileged: boolean, active: boolean): boolean {
    const region = active && this.enabled ? this.find(address) : undefined;
    if (region === undefined) {
      const background = !active || !this.enabled || (privileged && (this.control & PRIVDEFENA) !== 0);
      return background && (kind !== FETCH || !executeNever(address));
    }
    const attributes = this.attributes[region]!;
    const permissions = PERMISSIONS[(attributes >>> 24) & 7]! >>> (privileged ? 0 : 2);
    if (kind === STORE) return (permissions & 2) !== 0;
    if ((permissions & 1) === 0) return false;
    return kind !== FETCH || ((attributes & RASR_XN) === 0 && address >>> 29 !== 7);
  }

  /** True when no region border lies inside the page, so that one answer holds for all of it. */
  uniform(page: number, active: boolean): boolean {
    if (!active || !this.enabled) return true;
    for (let r = 0; r < MPU_REGIONS; r++) {
      const attributes = this.attributes[r]!;
      if ((attributes & RASR_ENABLE) === 0) continue;
      const bits = sizeBits(attributes);
      const partial = ((attributes >>> 8) & 0xff) !== 0;
      // Borders inside a page come from small regions and small subregions only.
      const grain = partial ? bits - 3 : bits;
      if (grain < 12 && overlaps(this.base[r]!, bits, page)) return false;
    }
    return true;
  }

  private find(address: number): number | undefined {
    for (let r = MPU_REGIONS - 1; r >= 0; r--) {
      const attributes = this.attributes[r]!;
      if ((attributes & RASR_ENABLE) === 0) continue;
      const bits = sizeBits(attributes);
      if (bits < 32 && (address ^ this.base[r]!) >>> bits !== 0) continue;
      const sub = bits >= SUBREGION_MIN_BITS ? (address >>> (bits - 3)) & 7 : 0;
      if (bits >= SUBREGION_MIN_BITS && (attributes >>> (8 + sub)) & 1) continue;
      return r;
    }
    return undefined;
  }

  save(): MpuState {
    const { control, number } = this;
    return { control, number, base: this.base.slice(), attributes: this.attributes.slice() };
  }

  load(state: MpuState): void {
    this.control = state.control;
    this.number = state.number;
    this.base.set(state.base);
    this.attributes.set(state.attributes);
  }
}

/** log2 of a region's size; sizes below 32 bytes do not exist and count as 32. */
function sizeBits(attributes: number): number {
  return Math.max(((attributes >>> 1) & 31) + 1, REGION_MIN_BITS);
}

function overlaps(base: number, bits: number, page: number): boolean {
  const wider = Math.max(bits, 12);
  return wider >= 32 || (base ^ page) >>> wider === 0;
}

/** Default map: peripheral, device and system regions are execute-never (B3.1). */
function executeNever(address: number): boolean {
  const region = address >>> 29;
  return region === 2 || region >= 5;
}
