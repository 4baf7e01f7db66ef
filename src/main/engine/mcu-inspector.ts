/** What a debugger reads of the MCU: registers by name, memory of its whole address space, without side effects. */
import { UsageError } from '../../base/errors.ts';
import type { Machine } from '../../emulator/machine.ts';
import type { Core } from '../../emulator/mcu/core.ts';
import { readSystem } from '../../emulator/mcu/system-space.ts';
import { MCU_REGISTERS } from '../../protocol/mcu-registers.ts';

/** System control space of the core (ARMv7-M ARM, B3.1). */
const SYSTEM_SPACE = 0xe000_0000;
const SYSTEM_END = 0xe010_0000;
const SYST_CSR = 0xe000_e010;

type RegisterName = (typeof MCU_REGISTERS)[number];

/** Core registers by name, read and written. */
const ACCESS: Readonly<Record<Exclude<RegisterName, `r${number}`>, (m: Machine) => number>> = {
  sp: (m) => m.core.regs[13]!,
  lr: (m) => m.core.regs[14]!,
  pc: (m) => m.core.pc,
  xpsr: (m) => m.core.xpsr,
  msp: (m) => m.core.msp,
  psp: (m) => m.core.psp,
  primask: (m) => m.core.primask,
  basepri: (m) => m.core.basepri,
  faultmask: (m) => m.core.faultmask,
  control: (m) => m.core.controlRegister,
};

/** Sets a register of the core. UsageError for a name that is none. */
export function setMcuRegister(core: Core, name: string, value: number): void {
  const index = MCU_REGISTERS.findIndex((r) => r === name);
  if (index < 0) throw new UsageError(`the MCU has no register "${name}"`);
  if (index < 15) core.regs[index] = value | 0;
  else WRITES[name as keyof typeof WRITES](core, value);
}

/** Registers that are more than a number in the register file. */
const WRITES: Readonly<Record<Exclude<RegisterName, `r${number}` | 'sp' | 'lr'>, (core: Core, value: number) => void>> =
  {
    pc: (core, v) => void (core.pc = v),
    xpsr: (core, v) => void (core.xpsr = v),
    msp: (core, v) => void (core.msp = v),
    psp: (core, v) => void (core.psp = v),
    primask: (core, v) => void (core.primask = v),
    basepri: (core, v) => void (core.basepri = v),
    faultmask: (core, v) => void (core.faultmask = v),
    control: (core, v) => core.setMode(core.xpsr & 0x1ff, v & 3),
  };

export class McuInspector {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  register(name: RegisterName): number {
    const index = MCU_REGISTERS.indexOf(name);
    const value = index < 13 ? this.machine.core.regs[index]! : ACCESS[name as keyof typeof ACCESS](this.machine);
    return value >>> 0;
  }

  get registers(): number[] {
    return MCU_REGISTERS.map((name) => this.register(name));
  }

  /** An aligned word of the whole address space, system space included; undefined where nothing answers. */
  word(address: number): number | undefined {
    const at = (address & ~3) >>> 0;
    if (at < SYSTEM_SPACE || at >= SYSTEM_END) return this.machine.mcuPeek(at);
    const { core } = this.machine;
    // Reading SysTick's control register clears its COUNTFLAG.
    return (at === SYST_CSR ? core.systick.peekControl() : readSystem(core, at, 4)) >>> 0;
  }

  /** `size` bytes at any address, little-endian; bytes that nothing answers are 0. */
  value(address: number, size: 1 | 2 | 4): number {
    let value = 0;
    for (let k = 0; k < size; k++) {
      const at = (address + k) >>> 0;
      value += (((this.word(at) ?? 0) >>> ((at & 3) * 8)) & 0xff) * 2 ** (k * 8);
    }
    return value;
  }

  /** Bytes from `address` on; ends early at the first word that nothing answers. */
  read(address: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    let known = -1;
    let word: number | undefined;
    for (let i = 0; i < length; i++) {
      const at = (address + i) >>> 0;
      const aligned = (at & ~3) >>> 0;
      if (aligned !== known) word = this.word(aligned);
      known = aligned;
      if (word === undefined) return out.slice(0, i);
      out[i] = word >>> ((at & 3) * 8);
    }
    return out;
  }
}
