/**
 * Registers about the core itself: why it booted, the way to stop itself, characters for the log, the last
 * breakpoint. SCRATCH and the cause survive DISABLE; what they hold is in the register file.
 */
import { MCU_CORE, MCU_REG_BASE } from '../../../spec/registers/mcu-private.ts';
import type { Register } from '../../../spec/registers/define.ts';
import type { Chip } from '../chip.ts';

const { MCU_CAUSE, MCU_STATE, MCU_SCRATCH, LOG_CHAR, DBG_STATUS, DBG_PC, DB_PENDING } = MCU_CORE;

export const CAUSE = { COLD: 0, WARM: 1, UNCLEAN: 2, AUTO: 3 } as const;
export type Cause = (typeof CAUSE)[keyof typeof CAUSE];

const RESERVED = 3;
const BOOTS_MAX = 0xffff;
/** Keys of registers a boot leaves alone. */
const SURVIVE_BOOT = new Set<string>([MCU_CAUSE.key, MCU_SCRATCH.key, DB_PENDING.key, DBG_STATUS.key]);

/** True for registers that a boot does not reset. */
export const survivesBoot = (register: Register): boolean => SURVIVE_BOOT.has(register.key);

export interface CoreControlLinks {
  /** MCU_STATE was written with HALT or FATAL. */
  readonly stop: (state: number) => void;
  readonly logChar: (ch: number) => void;
}

export class CoreControl {
  private readonly chip: Chip;

  constructor(chip: Chip, links: CoreControlLinks) {
    this.chip = chip;
    const { inner } = chip;
    inner.on(LOG_CHAR, { write: (value) => links.logChar(value) });
    inner.on(MCU_STATE, {
      write: (value) => {
        const state = MCU_STATE.get('state', value);
        if (MCU_STATE.field('state').nameOf(state) !== undefined) links.stop(state);
        else chip.log.report(RESERVED, MCU_REG_BASE + MCU_STATE.offset, true, 4, value);
      },
    });
  }

  /** A boot: the cause, and one more in the count. */
  booted(cause: Cause): void {
    const { inner } = this.chip;
    const boots = Math.min(MCU_CAUSE.get('boots', inner.get(MCU_CAUSE)) + 1, BOOTS_MAX);
    inner.set(MCU_CAUSE, cause | (boots << MCU_CAUSE.field('boots').lsb));
  }

  /** A BKPT was met. */
  breakpoint(imm: number, pc: number): void {
    const { inner } = this.chip;
    const attached = inner.get(DBG_STATUS) & DBG_STATUS.encode({ attached: 1 });
    inner.set(DBG_STATUS, attached | DBG_STATUS.encode({ bkpt: 1 }) | ((imm & 0xff) << DBG_STATUS.field('imm').lsb));
    inner.set(DBG_PC, pc);
  }

  /** A debugger attached or went (a journalled input). */
  attached(on: boolean): void {
    const bit = DBG_STATUS.encode({ attached: 1 });
    const { inner } = this.chip;
    inner.set(DBG_STATUS, on ? inner.get(DBG_STATUS) | bit : inner.get(DBG_STATUS) & ~bit);
  }
}
