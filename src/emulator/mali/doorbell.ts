/**
 * Doorbell pages: a write latches a bit of DB_PENDING a little later, whatever state the MCU is in. Page 0 has its
 * own interrupt line, the others share one; MCU_CONTROL.DOORBELL_DISABLE keeps both lines low. In HALT a ring also
 * shows the host DOORBELL_MIRROR, which falls when the pending bits are cleared or the halt ends.
 */
import type { EventTarget } from '../wiring.ts';
import { ORDER } from '../wiring.ts';
import { CSF_DOORBELL } from '../../spec/registers/doorbell.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import { MCU_CORE, MCU_TIMING, NVIC_LINE } from '../../spec/registers/mcu-private.ts';
import type { Chip } from './chip.ts';

const { DB_PENDING, DB_MASK } = MCU_CORE;
const DOORBELL_DISABLE = MCU_CONTROL.MCU_CONTROL.encode({ DOORBELL_DISABLE: 1 });
const DOORBELL_MIRROR = GPU_CONTROL.GPU_INT_RAWSTAT.encode({ DOORBELL_MIRROR: 1 });
const GLOBAL = 1;

export class Doorbells implements EventTarget {
  readonly id = 'doorbell';
  private readonly chip: Chip;
  private readonly halted: () => boolean;

  constructor(chip: Chip, halted: () => boolean) {
    this.chip = chip;
    this.halted = halted;
    chip.clock.register(this);
    chip.host.on(CSF_DOORBELL.CSF_DOORBELL, {
      write: (value, _half, index) => {
        if ((value & 1) === 0) return;
        chip.clock.schedule(chip.gpuClock.after(MCU_TIMING.DB), ORDER.STREAM, index, this.id, 0, index);
      },
    });
    const update = () => this.update();
    chip.inner.on(DB_MASK, { stored: update });
    chip.inner.on(DB_PENDING, {
      write: (high, _half, _index, low) => {
        chip.inner.set(DB_PENDING, chip.inner.get(DB_PENDING) & ~low, 0);
        chip.inner.set(DB_PENDING, chip.inner.get(DB_PENDING, 1) & ~high, 1);
        this.update();
      },
    });
  }

  fire(_kind: number, page: number): void {
    this.chip.inner.set(DB_PENDING, this.chip.inner.get(DB_PENDING) | (1 << page));
    this.update();
  }

  /** Brings lines and mirror in step with the registers and the state of the MCU. */
  update(): void {
    const { host, inner } = this.chip;
    const disabled = (host.get(MCU_CONTROL.MCU_CONTROL) & DOORBELL_DISABLE) !== 0;
    const rung = disabled ? 0 : inner.get(DB_PENDING) & inner.get(DB_MASK);
    this.chip.setLine(NVIC_LINE.DOORBELL_GLB, (rung & GLOBAL) !== 0);
    this.chip.setLine(NVIC_LINE.DOORBELL, (rung & ~GLOBAL) !== 0);
    this.chip.gpuIrq.mirror(DOORBELL_MIRROR, this.halted() && inner.get(DB_PENDING) !== 0);
  }

  /** Rings under way are lost; DB_PENDING belongs to the register file. */
  reset(): void {
    this.chip.clock.cancelAll(this.id);
  }
}
