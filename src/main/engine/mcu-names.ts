/** Names of exceptions and interrupt lines of the MCU. */
import { FIRST_IRQ } from '../../emulator/mcu/nvic.ts';
import { NVIC_LINE } from '../../spec/registers/mcu-private.ts';

/** Exceptions of the architecture by number (ARMv7-M ARM, B1.5.2). */
const SYSTEM: Readonly<Record<number, string>> = {
  1: 'Reset',
  2: 'NMI',
  3: 'HardFault',
  4: 'MemManage',
  5: 'BusFault',
  6: 'UsageFault',
  11: 'SVCall',
  12: 'DebugMonitor',
  14: 'PendSV',
  15: 'SysTick',
};

const LINES = new Map<number, string>(Object.entries(NVIC_LINE).map(([name, line]) => [line, name]));

/** True for lines that something is connected to. */
export function lineIsUsed(exception: number): boolean {
  return LINES.has(exception - FIRST_IRQ);
}

/** The name of an exception; undefined for numbers that are reserved. */
export function exceptionName(exception: number): string | undefined {
  if (exception < FIRST_IRQ) return SYSTEM[exception];
  const line = exception - FIRST_IRQ;
  const name = LINES.get(line);
  return name === undefined ? `IRQ ${line}` : `IRQ ${line} ${name}`;
}
