/**
 * What all blocks of the GPU share: clocks, RAM, the two register files and the interrupt blocks. Also the one
 * idiom of the private registers: an event register that latches, its mask, and the line they drive.
 */
import type { PlainObject } from '../../base/stateful.ts';
import type { Register } from '../../spec/registers/define.ts';
import type { GpuClockDomain } from '../clock-domain.ts';
import type { VirtualClock } from '../clock.ts';
import type { Ram } from '../memory.ts';
import type { RegisterFile } from '../register-file.ts';
import type { AccessLog } from '../wiring.ts';
import type { IrqBlock } from './irq.ts';

export interface Chip {
  readonly clock: VirtualClock;
  readonly gpuClock: GpuClockDomain;
  readonly memory: Ram;
  /** The 2 MiB window of the host. */
  readonly host: RegisterFile;
  /** The private registers of the MCU, offsets from MCU_REG_BASE. */
  readonly inner: RegisterFile;
  readonly gpuIrq: IrqBlock;
  readonly mmuIrq: IrqBlock;
  readonly jobIrq: IrqBlock;
  readonly log: AccessLog;
  /** Level of an NVIC line. */
  readonly setLine: (line: number, level: boolean) => void;
}

/** An EVENT and MASK pair of private registers and the NVIC line that is high while EVENT & MASK is not 0. */
export class EventPair {
  private readonly chip: Chip;
  private readonly event: Register;
  private readonly mask: Register;
  private readonly line: number;

  constructor(chip: Chip, event: Register, mask: Register, line: number, cleared?: (bits: number) => void) {
    this.chip = chip;
    this.event = event;
    this.mask = mask;
    this.line = line;
    const update = () => this.update();
    chip.inner.on(mask, { stored: update });
    chip.inner.on(event, {
      write: (bits) => {
        chip.inner.set(event, chip.inner.get(event) & ~bits);
        cleared?.(bits);
        update();
      },
    });
  }

  get bits(): number {
    return this.chip.inner.get(this.event);
  }

  raise(bits: number): void {
    this.chip.inner.set(this.event, this.bits | bits);
    this.update();
  }

  /** Brings the line in step, after the registers were reset or loaded. */
  update(): void {
    this.chip.setLine(this.line, (this.bits & this.chip.inner.get(this.mask)) !== 0);
  }
}

/** A number from saved state. */
export function numberOf(state: PlainObject, key: string): number {
  return Number(state[key]);
}
