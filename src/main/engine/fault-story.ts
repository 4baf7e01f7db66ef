/**
 * A fault of the MCU told in words: the status bits that are set, the instruction that is to blame, what it touched,
 * and what became of it (a handler, an escalation, lockup). Bits: ARMv7-M ARM, B3.2.15 to B3.2.19.
 */
import { hex } from '../../base/bits.ts';
import type { Machine } from '../../emulator/machine.ts';
import * as bits from '../../emulator/mcu/fault-status.ts';
import { listing } from '../../spec/thumb/disassemble.ts';
import { mcuRegisterAt, wordName } from '../../spec/registers/lookup.ts';
import { MCU_GPU } from '../../spec/registers/mcu-private.ts';
import type { FaultStory } from '../../protocol/debug-views.ts';
import type { DebugSymbols } from './debug-symbols.ts';
import { callStack } from './debug-views.ts';
import { McuInspector } from './mcu-inspector.ts';
import { exceptionName } from './mcu-names.ts';

interface Bit {
  readonly mask: number;
  readonly name: string;
  /** What a person reads of it. */
  readonly meaning: string;
}

const CFSR: readonly Bit[] = [
  {
    mask: bits.IACCVIOL,
    name: 'IACCVIOL',
    meaning: 'it fetched an instruction from where the MPU or the memory map forbids execution',
  },
  { mask: bits.DACCVIOL, name: 'DACCVIOL', meaning: 'it loaded or stored where the MPU forbids it' },
  { mask: bits.MUNSTKERR, name: 'MUNSTKERR', meaning: 'the MPU refused the stack while an exception returned' },
  {
    mask: bits.MSTKERR,
    name: 'MSTKERR',
    meaning: 'the MPU refused the stack while an exception was entered: the stack has probably overflowed',
  },
  { mask: bits.IBUSERR, name: 'IBUSERR', meaning: 'it fetched an instruction from where nothing answers' },
  {
    mask: bits.PRECISERR,
    name: 'PRECISERR',
    meaning: 'a load or store of this very instruction was refused by the bus or the GPU MMU',
  },
  { mask: bits.UNSTKERR, name: 'UNSTKERR', meaning: 'the bus refused the stack while an exception returned' },
  {
    mask: bits.STKERR,
    name: 'STKERR',
    meaning: 'the bus refused the stack while an exception was entered: the stack has probably left its memory',
  },
  {
    mask: bits.UNDEFINSTR,
    name: 'UNDEFINSTR',
    meaning: 'the instruction is undefined: data or garbage is being executed',
  },
  {
    mask: bits.INVSTATE,
    name: 'INVSTATE',
    meaning: 'the Thumb bit is clear: a branch went to an even address or to a word that is no function pointer',
  },
  {
    mask: bits.INVPC,
    name: 'INVPC',
    meaning: 'an exception returned with an EXC_RETURN value that is not possible here',
  },
  { mask: bits.NOCP, name: 'NOCP', meaning: 'a floating-point or coprocessor instruction: this core has no FPU' },
  { mask: bits.UNALIGNED, name: 'UNALIGNED', meaning: 'an access was unaligned where that is trapped or not possible' },
  { mask: bits.DIVBYZERO, name: 'DIVBYZERO', meaning: 'it divided by zero, and that is trapped' },
];
const HFSR: readonly Bit[] = [
  { mask: bits.VECTTBL, name: 'VECTTBL', meaning: 'the vector of an exception could not be read' },
  {
    mask: bits.FORCED,
    name: 'FORCED',
    meaning: 'another fault could not be taken (its handler is off or not urgent enough) and became a HardFault',
  },
  { mask: bits.DEBUGEVT, name: 'DEBUGEVT', meaning: 'a debug event (BKPT) with nobody to take it' },
];
const FAULT_EXCEPTIONS = { first: 3, last: 6 } as const;
const FRAME_NAMES = ['r0', 'r1', 'r2', 'r3', 'r12', 'lr', 'pc', 'xpsr'] as const;

/** The story as the machine stands. */
export function faultStory(machine: Machine, symbols: DebugSymbols, status: string): FaultStory {
  const { core } = machine;
  const { cfsr, hfsr, mmfar, bfar } = core.faults;
  const set = [
    ...CFSR.filter((b) => (cfsr & b.mask) !== 0).map((b) => ({ name: `CFSR.${b.name}`, meaning: b.meaning })),
    ...HFSR.filter((b) => (hfsr & b.mask) !== 0).map((b) => ({ name: `HFSR.${b.name}`, meaning: b.meaning })),
  ];
  const at = (pc: number): string => {
    const name = symbols.text(pc);
    return name === undefined ? hex(pc, 8) : `${hex(pc, 8)} (${name})`;
  };
  const words: string[] = [];
  const frame = stackedFrame(machine, symbols);
  const handler = core.xpsr & 0x1ff;
  const inFault = handler >= FAULT_EXCEPTIONS.first && handler <= FAULT_EXCEPTIONS.last;
  const faulted = set.length > 0 || core.lockup || status === 'FATAL';
  // Outside of a fault's handler the frame is that of something else.
  const pc = inFault ? frame?.registers['pc'] : core.lockup || set.length > 0 ? core.pc : undefined;
  if (inFault && pc !== undefined) {
    words.push(
      `The ${exceptionName(handler)} handler runs, at ${at(core.pc)}. The instruction to blame is at ${at(pc)}${instruction(machine, pc)}.`,
    );
  }
  for (const { meaning } of set) words.push(`${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}.`);
  const address = (cfsr & bits.BFARVALID) !== 0 ? bfar >>> 0 : (cfsr & bits.MMARVALID) !== 0 ? mmfar >>> 0 : undefined;
  if (address !== undefined) words.push(`The address it touched is ${hex(address, 8)}${whatLies(machine, address)}.`);
  words.push(...gpuFaults(machine));
  if (core.lockup) {
    words.push(
      `A fault happened where no fault can be taken any more: the core is locked up at ${at(core.pc)} and executes nothing until it is reset.`,
    );
  } else if (status === 'FATAL') {
    words.push(
      `MCU_STATUS is FATAL: the core has stopped at ${at(core.pc)} and starts again only when MCU_CONTROL disables and enables it.`,
    );
  }
  if (set.length > 0 && !inFault && !core.lockup) {
    words.push('The bits are left from a fault that was handled: they stay set until software writes them.');
  }
  const where = pc === undefined ? '' : ` at ${at(pc)}`;
  const title = core.lockup
    ? `Locked up${where}`
    : inFault
      ? `${exceptionName(handler)}${where}`
      : status === 'FATAL'
        ? `Stopped for good${where === '' ? ` at ${at(core.pc)}` : where}`
        : set.length > 0
          ? 'A fault was handled earlier'
          : 'No fault';
  if (!faulted) words.push('No fault status bit is set, and the core is not locked up.');
  return {
    title,
    faulted,
    words,
    bits: set,
    ...(pc === undefined ? {} : { pc }),
    ...(address === undefined ? {} : { address }),
    ...(frame === undefined || !inFault ? {} : { frame }),
  };
}

/** The frame of the exception that is being handled. */
function stackedFrame(machine: Machine, symbols: DebugSymbols): FaultStory['frame'] {
  const { core } = machine;
  if ((core.xpsr & 0x1ff) === 0) return undefined;
  const interrupted = callStack(machine, symbols).find((f) => f.exception !== undefined);
  if (interrupted === undefined) return undefined;
  // Behind the frame stands the interrupted stack pointer, with a word in between where it had to be aligned.
  const inspector = new McuInspector(machine);
  for (const skipped of [32, 36]) {
    const at = interrupted.sp - skipped;
    const read = FRAME_NAMES.map((_, k) => inspector.word(at + k * 4));
    if (((read[6] ?? 0) & ~1) >>> 0 !== interrupted.pc) continue;
    return { at, registers: Object.fromEntries(FRAME_NAMES.map((name, k) => [name, read[k] ?? 0])) };
  }
  return undefined;
}

function instruction(machine: Machine, pc: number): string {
  const bytes = new McuInspector(machine).read(pc, 4);
  const [line] = listing(bytes, pc);
  return line === undefined ? ', where nothing can be read' : `: ${line.text}`;
}

/** What is at an address, in words for the end of a sentence. */
function whatLies(machine: Machine, address: number): string {
  const register = mcuRegisterAt((address & ~3) >>> 0);
  if (register !== undefined) return `, the register ${wordName(register)}`;
  return machine.mcuPeek((address & ~3) >>> 0) === undefined ? ', where nothing is mapped' : '';
}

/** What the GPU's MMU noted for the MCU's own address space. */
function gpuFaults(machine: Machine): string[] {
  const base = 0x4000_0000;
  const status = machine.mcuPeek(base + MCU_GPU.ASF_STATUS.offset) ?? 0;
  if (status === 0) return [];
  const low = machine.mcuPeek(base + MCU_GPU.ASF_ADDR.offset) ?? 0;
  return [`The GPU's MMU has noted a fault of address space 0 at ${hex(low, 8)} (ASF_STATUS ${hex(status, 8)}).`];
}
