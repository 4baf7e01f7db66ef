/**
 * What the firmware maintains for the whole GPU: cache flushes (CACHE_*), cached translations (TLB_CMD), address
 * space faults (ASF_*) and the interrupt to the host (HOST_IRQ). A fault latches here until the firmware clears its
 * event, independently of what the host does with MMU_INT.
 */
import { ACCESS_TYPE } from '../../../spec/registers/gpu-control.ts';
import { MCU_CORE, MCU_GPU, MCU_REG_BASE, MCU_TIMING, NVIC_LINE } from '../../../spec/registers/mcu-private.ts';
import { ORDER, type Caches, type EventTarget, type Source, type TranslationFault } from '../../wiring.ts';
import { EventPair, type Chip } from '../chip.ts';
import type { GpuMmu } from '../mmu.ts';

const { CACHE_CMD, CACHE_EVENT, CACHE_MASK, CACHE_STATUS, TLB_CMD } = MCU_GPU;
const { ASF_EVENT, ASF_MASK, ASF_STATUS, ASF_UNIT, ASF_ADDR } = MCU_GPU;
const { HOST_IRQ } = MCU_CORE;

const FLUSH_ENDED = 0;
const TLB_DROPPED = 1;
const HOST_TOLD = 2;
const ALL_SPACES = 16;
const REFUSED = 4;

export class Maintenance implements EventTarget {
  readonly id = 'mcu-maintenance';
  private readonly chip: Chip;
  private readonly mmu: GpuMmu;
  private readonly flushes: EventPair;
  private readonly faults: EventPair;

  constructor(chip: Chip, caches: Caches, mmu: GpuMmu) {
    this.chip = chip;
    this.mmu = mmu;
    const { clock, gpuClock, inner } = chip;
    clock.register(this);
    this.flushes = new EventPair(chip, CACHE_EVENT, CACHE_MASK, NVIC_LINE.CACHE);
    this.faults = new EventPair(chip, ASF_EVENT, ASF_MASK, NVIC_LINE.ASF, (bits) => this.rearm(bits));
    inner.on(CACHE_CMD, {
      write: (value) => {
        if (inner.get(CACHE_STATUS) !== 0) {
          chip.log.report(REFUSED, MCU_REG_BASE + CACHE_CMD.offset, true, 4, value);
          return;
        }
        inner.set(CACHE_STATUS, 1);
        caches.flush(this.id, FLUSH_ENDED, 0);
      },
    });
    inner.on(TLB_CMD, {
      write: (value) => {
        const as = TLB_CMD.get('all', value) !== 0 ? ALL_SPACES : TLB_CMD.get('as', value);
        clock.schedule(gpuClock.after(MCU_TIMING.TLB), ORDER.CACHE, as, this.id, TLB_DROPPED, as);
      },
    });
    inner.on(HOST_IRQ, {
      read: () => chip.jobIrq.rawstat,
      write: (bits) => {
        if (bits === 0) return;
        clock.schedule(gpuClock.after(MCU_TIMING.HOST_IRQ), ORDER.STREAM, 0, this.id, HOST_TOLD, bits >>> 0);
      },
    });
  }

  fire(kind: number, payload: number): void {
    if (kind === HOST_TOLD) {
      this.chip.jobIrq.raise(payload);
    } else if (kind === TLB_DROPPED) {
      this.mmu.invalidate(payload === ALL_SPACES ? undefined : payload);
    } else {
      this.chip.inner.set(CACHE_STATUS, 0);
      this.flushes.raise(CACHE_EVENT.encode({ done: 1 }));
    }
  }

  /** A fault of an address space: the first one since the firmware cleared the event stays. */
  onFault(as: number, fault: TranslationFault, source: Source): void {
    if (((this.faults.bits >>> as) & 1) !== 0) return;
    const { inner } = this.chip;
    const access = fault.access & ACCESS_TYPE.WRITE;
    inner.set(ASF_STATUS, fault.code | (access << 8) | (source.cs << 16) | (source.unit << 28), 0, as);
    inner.set(ASF_UNIT, source.ctx | (source.core << 8), 0, as);
    inner.set(ASF_ADDR, fault.va >>> 0, 0, as);
    inner.set(ASF_ADDR, Math.floor(fault.va / 2 ** 32), 1, as);
    this.faults.raise(1 << as);
  }

  /** After the private block was reset or loaded: commands under way are dropped by a reset. */
  reset(): void {
    this.chip.clock.cancelAll(this.id);
    this.update();
  }

  update(): void {
    this.flushes.update();
    this.faults.update();
  }

  private rearm(bits: number): void {
    const { inner } = this.chip;
    for (let as = 0; as < ALL_SPACES; as++) {
      if (((bits >>> as) & 1) === 0) continue;
      inner.set(ASF_STATUS, 0, 0, as);
      inner.set(ASF_UNIT, 0, 0, as);
      inner.set(ASF_ADDR, 0, 0, as);
      inner.set(ASF_ADDR, 0, 1, as);
    }
  }
}
