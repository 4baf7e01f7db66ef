/**
 * Eight windows of 16 MiB through which the firmware reaches other address spaces. A failed load gives 0, a failed
 * store is dropped; the first failure of a slice is kept until WIN_CTRL is written, and the host never hears of it.
 * With `trap` the access is a BusFault of the core as well.
 */
import { FAULT } from '../../../spec/faults.ts';
import { MCU_WINDOW, WINDOW_BASE, WINDOW_SLICE_SIZE } from '../../../spec/registers/mcu-private.ts';
import { ACCESS, type AccessType, type Mmu } from '../../wiring.ts';
import type { Chip } from '../chip.ts';

const { WIN_CTRL, WIN_STATUS, WIN_BASE, WIN_FADDR } = MCU_WINDOW;
const ENABLED = WIN_CTRL.encode({ en: 1 });
const WRITABLE = WIN_CTRL.encode({ write: 1 });
const TRAP = WIN_CTRL.encode({ trap: 1 });

export class Windows {
  /** The last access failed and its slice traps. */
  trapped = false;
  private readonly chip: Chip;
  private readonly mmu: Mmu;

  constructor(chip: Chip, mmu: Mmu) {
    this.chip = chip;
    this.mmu = mmu;
    chip.inner.on(WIN_CTRL, {
      stored: (_half, w) => {
        chip.inner.set(WIN_STATUS, 0, 0, w);
        chip.inner.set(WIN_FADDR, 0, 0, w);
        chip.inner.set(WIN_FADDR, 0, 1, w);
      },
    });
  }

  /** Offset into RAM of a byte seen at `address`, or -1 after noting the failure in its slice. */
  offset(address: number, access: AccessType): number {
    this.trapped = false;
    const { w, va, control } = this.slice(address);
    if ((control & ENABLED) === 0) return this.fail(w, FAULT.TRANSLATION_FAULT_0, access, va);
    if (access === ACCESS.WRITE && (control & WRITABLE) === 0) return this.fail(w, FAULT.PERM_FAULT_0, access, va);
    const offset = this.mmu.ramOffset(WIN_CTRL.get('as', control), va, access);
    return offset >= 0 ? offset : this.fail(w, this.mmu.fault.code, access, va);
  }

  /** As `offset` for inspection: a physical address or -1. */
  probe(address: number): number {
    const { va, control } = this.slice(address);
    return (control & ENABLED) === 0 ? -1 : this.mmu.probe(WIN_CTRL.get('as', control), va, ACCESS.READ);
  }

  private slice(address: number): { w: number; va: number; control: number } {
    const { inner } = this.chip;
    const w = Math.floor((address - WINDOW_BASE) / WINDOW_SLICE_SIZE);
    const base = inner.get(WIN_BASE, 1, w) * 2 ** 32 + inner.get(WIN_BASE, 0, w);
    return { w, va: base + ((address - WINDOW_BASE) % WINDOW_SLICE_SIZE), control: inner.get(WIN_CTRL, 0, w) };
  }

  private fail(w: number, code: number, access: AccessType, va: number): number {
    const { inner } = this.chip;
    if (inner.get(WIN_STATUS, 0, w) === 0) {
      inner.set(WIN_STATUS, code | (access << 8), 0, w);
      inner.set(WIN_FADDR, va >>> 0, 0, w);
      inner.set(WIN_FADDR, Math.floor(va / 2 ** 32), 1, w);
    }
    this.trapped = (inner.get(WIN_CTRL, 0, w) & TRAP) !== 0;
    return -1;
  }
}
