/**
 * An interrupt block of four words: RAWSTAT, CLEAR, MASK, STAT = RAWSTAT & MASK. The line is a level:
 * high as long as any bit of STAT is set; RAWSTAT latches whether masked or not. The host may force bits on by writing RAWSTAT.
 * Sources: Tyr regs.rs, Panthor panthor_device.h.
 */
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import type { Register } from '../../spec/registers/define.ts';
import type { RegisterFile } from '../register-file.ts';

/** The four registers of a block. */
export interface IrqRegisters {
  readonly rawstat: Register;
  readonly clear: Register;
  readonly mask: Register;
  readonly stat: Register;
}

export interface IrqHooks {
  /** The line changed. */
  readonly line: (high: boolean) => void;
  /** After bits were cleared by the host. */
  readonly cleared?: (bits: number) => void;
}

export class IrqBlock implements Stateful<PlainObject> {
  private raw = 0;
  private enabled = 0;
  /** Sources that follow a level instead of latching (DOORBELL_MIRROR). */
  private level = 0;
  private high = false;
  private readonly hooks: IrqHooks;

  constructor(file: RegisterFile, registers: IrqRegisters, hooks: IrqHooks) {
    this.hooks = hooks;
    file.on(registers.rawstat, { read: () => this.rawstat, write: (value) => this.raise(value) });
    file.on(registers.clear, { read: () => 0, write: (value) => this.clear(value) });
    file.on(registers.mask, {
      read: () => this.enabled,
      write: (value) => {
        this.enabled = value;
        this.update();
      },
    });
    file.on(registers.stat, { read: () => this.rawstat & this.enabled });
  }

  /** RAWSTAT, unsigned. */
  get rawstat(): number {
    return (this.raw | this.level) >>> 0;
  }

  get asserted(): boolean {
    return this.high;
  }

  raise(bits: number): void {
    this.raw |= bits;
    this.update();
  }

  clear(bits: number): void {
    this.raw &= ~bits;
    this.update();
    this.hooks.cleared?.(bits);
  }

  /** Sets or drops sources that mirror a level. */
  mirror(bits: number, on: boolean): void {
    this.level = on ? this.level | bits : this.level & ~bits;
    this.update();
  }

  /** RAWSTAT to 0, and MASK unless it is to stay. */
  reset(keepMask = false): void {
    this.raw = 0;
    if (!keepMask) this.enabled = 0;
    this.level = 0;
    this.update();
  }

  save(): PlainObject {
    return { raw: this.raw, enabled: this.enabled, level: this.level };
  }

  load(state: PlainObject): void {
    this.raw = Number(state['raw']);
    this.enabled = Number(state['enabled']);
    this.level = Number(state['level']);
    // The line is restored silently: whoever listens has state of its own.
    this.high = (this.rawstat & this.enabled) !== 0;
  }

  private update(): void {
    const high = ((this.raw | this.level) & this.enabled) !== 0;
    if (high === this.high) return;
    this.high = high;
    this.hooks.line(high);
  }
}
