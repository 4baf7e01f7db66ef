/**
 * Memory as the core's instructions see it when the flat tables do not answer: system space, the MPU, unaligned
 * accesses, devices, faults. Pages of RAM with one answer for all of them are entered into the tables here.
 */
import { BUS_FAULT, BUS_OK, FETCH, LOAD, STORE, type AccessKind } from './bus.ts';
import type { Core } from './core.ts';
import { BFARVALID, DACCVIOL, MMARVALID, PRECISERR, UNALIGNED } from './fault-status.ts';
import { BUS_FAULT_EXCEPTION, MEM_MANAGE } from './nvic.ts';
import { EXIT, EXIT_SLICE, FAULT } from './state.ts';
import { CCR_BFHFNMIGN, CCR_UNALIGN_TRP, CCR_USERSETMPEND } from './system-control.ts';
import { readSystem, STIR, writeSystem } from './system-space.ts';

/** 0xe0000000..0xe00fffff: the private peripheral bus. */
export function isSystemSpace(address: number): boolean {
  return address >>> 20 === 0xe00;
}

export class Memory {
  private readonly core: Core;
  /** Whether the MPU takes part at the current execution priority. */
  private mpuActive = true;
  /** What the tables were filled for. */
  private filledFor = -1;

  constructor(core: Core) {
    this.core = core;
  }

  /** Privilege, priority or MPU registers changed: drops the tables when their answers may differ. */
  accessChanged(): void {
    const { core } = this;
    const { mpu } = core;
    let key = 0;
    this.mpuActive = true;
    if (mpu.enabled) {
      this.mpuActive = !(mpu.bypassedByFaults && core.exceptions.executionPriority() < 0);
      key = 1 + (core.privileged ? 1 : 0) + (this.mpuActive ? 2 : 0);
    }
    if (key !== this.filledFor) {
      this.filledFor = key;
      core.cache.dropAll();
    }
  }

  /** MPU registers were written. */
  mpuChanged(): void {
    this.filledFor = -1;
    this.accessChanged();
  }

  mayFetch(address: number): boolean {
    return this.core.mpu.allows(address, FETCH, this.core.privileged, this.mpuActive);
  }

  /** True when the page may be decoded ahead: code, one answer for all of it. */
  mayDecode(address: number): boolean {
    return this.mayFetch(address) && this.core.mpu.uniform(address & ~0xfff, this.mpuActive);
  }

  /** The halfword at an address whose page the bus gives as RAM. */
  peekCode(address: number): number {
    const { bus } = this.core;
    const at = bus.page(address, FETCH) + (address & 0xffe);
    return bus.ram8[at]! | (bus.ram8[at + 1]! << 8);
  }

  checkAligned(address: number, size: number): boolean {
    if ((address & (size - 1)) === 0) return true;
    this.core.usageFault(UNALIGNED);
    return false;
  }

  /** The one register of the private peripheral bus that unprivileged code reaches: STIR, while CCR lets it. */
  private userMayReach(address: number): boolean {
    return (address & ~3) === STIR && (this.core.control.ccr & CCR_USERSETMPEND) !== 0;
  }

  /** Loads 1, 2 or 4 bytes, zero-extended (words as int32). On a fault S[FAULT] is set and 0 returned. */
  load(address: number, size: 1 | 2 | 4, privileged: boolean): number {
    const { core } = this;
    if ((address & (size - 1)) !== 0) return this.loadUnaligned(address, size, privileged);
    if (isSystemSpace(address)) {
      if (privileged || this.userMayReach(address)) return readSystem(core, address, size);
      this.busFault(address);
      return 0;
    }
    if (!this.allowed(address, LOAD, privileged)) return 0;
    const ram = core.bus.page(address, LOAD);
    if (ram < 0) return this.loadBus(address, size);
    this.enter(address, LOAD, ram, privileged);
    const at = ram + (address & 0xfff);
    const { ram8, ram32 } = core.bus;
    if (size === 4) return ram32[at >> 2]!;
    return size === 1 ? ram8[at]! : ram8[at]! | (ram8[at + 1]! << 8);
  }

  store(address: number, size: 1 | 2 | 4, value: number, privileged: boolean): void {
    const { core } = this;
    if ((address & (size - 1)) !== 0) {
      this.storeUnaligned(address, size, value, privileged);
      return;
    }
    if (isSystemSpace(address)) {
      if (privileged || this.userMayReach(address)) writeSystem(core, address, size, value);
      else this.busFault(address);
      return;
    }
    if (!this.allowed(address, STORE, privileged)) return;
    const ram = core.bus.page(address, STORE);
    if (ram < 0) {
      this.storeBus(address, size, value);
      return;
    }
    this.enter(address, STORE, ram, privileged);
    const at = ram + (address & 0xfff);
    const { ram8 } = core.bus;
    for (let k = 0; k < size; k++) ram8[at + k] = value >> (8 * k);
    core.cache.written(at, size);
  }

  /** Unaligned: trapped, or byte by byte in RAM, or handed to the bus, which decides for devices. */
  private loadUnaligned(address: number, size: 2 | 4 | 1, privileged: boolean): number {
    const { core } = this;
    if ((core.control.ccr & CCR_UNALIGN_TRP) !== 0 || isSystemSpace(address)) {
      core.usageFault(UNALIGNED);
      return 0;
    }
    if (core.bus.page(address, LOAD) < 0) {
      return this.allowed(address, LOAD, privileged) ? this.loadBus(address, size) : 0;
    }
    let x = 0;
    for (let k = 0; k < size; k++) {
      x |= this.load((address + k) | 0, 1, privileged) << (8 * k);
      if (core.S[FAULT] !== 0) return 0;
    }
    return x;
  }

  private storeUnaligned(address: number, size: 1 | 2 | 4, value: number, privileged: boolean): void {
    const { core } = this;
    if ((core.control.ccr & CCR_UNALIGN_TRP) !== 0 || isSystemSpace(address)) {
      core.usageFault(UNALIGNED);
      return;
    }
    if (core.bus.page(address, STORE) < 0) {
      if (this.allowed(address, STORE, privileged)) this.storeBus(address, size, value);
      return;
    }
    for (let k = 0; k < size; k++) {
      this.store((address + k) | 0, 1, (value >> (8 * k)) & 0xff, privileged);
      if (core.S[FAULT] !== 0) return;
    }
  }

  private loadBus(address: number, size: 1 | 2 | 4): number {
    const { bus } = this.core;
    const x = bus.load(address, size, LOAD);
    this.afterBus(address);
    return this.core.S[FAULT] === 0 ? x | 0 : 0;
  }

  private storeBus(address: number, size: 1 | 2 | 4, value: number): void {
    const masked = size === 4 ? value : value & (size === 1 ? 0xff : 0xffff);
    this.core.bus.store(address, size, masked);
    this.afterBus(address);
  }

  private afterBus(address: number): void {
    const { bus, S } = this.core;
    if (bus.endSlice) S[EXIT] = S[EXIT]! | EXIT_SLICE;
    if (bus.error === BUS_OK) return;
    if (bus.error === BUS_FAULT) this.busFault(address);
    else this.core.usageFault(UNALIGNED);
    bus.error = BUS_OK;
  }

  private busFault(address: number): void {
    const { core } = this;
    // HardFault and NMI handlers that ask for it go on after a failed data access.
    if ((core.control.ccr & CCR_BFHFNMIGN) !== 0 && core.exceptions.executionPriority() < 0) return;
    core.faults.cfsr |= PRECISERR | BFARVALID;
    core.faults.bfar = address;
    core.raise(BUS_FAULT_EXCEPTION);
  }

  private allowed(address: number, kind: AccessKind, privileged: boolean): boolean {
    const { core } = this;
    if (core.mpu.allows(address, kind, privileged, this.mpuActive)) return true;
    core.faults.cfsr |= DACCVIOL | MMARVALID;
    core.faults.mmfar = address;
    core.raise(MEM_MANAGE);
    return false;
  }

  /** Enters the page into its table when every access of the current mode would get the same answer. */
  private enter(address: number, kind: AccessKind, ram: number, privileged: boolean): void {
    const { core } = this;
    if (privileged !== core.privileged || isSystemSpace(address)) return;
    if (core.mpu.uniform(address & ~0xfff, this.mpuActive)) core.cache.fill(address, kind, ram);
  }
}
