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

/** A fault as it was when its exception was entered, or the core locked up: kept, since a reset takes all of it away. */
export interface CapturedFault {
  /** Number of the exception; 0 for lockup. */
  readonly exception: number;
  /** The instruction to blame. */
  readonly pc: number;
  readonly cfsr: number;
  readonly hfsr: number;
  readonly mmfar: number;
  readonly bfar: number;
  /** r0..r3, r12, lr, pc, xpsr. */
  readonly registers: Readonly<Record<string, number>>;
  readonly frameAt: number;
  /** The instruction in words. */
  readonly text: string;
  /** What lies at the address it touched, in words for the end of a sentence. */
  readonly touched: string;
  readonly gpu: readonly string[];
  readonly timeNs: number;
}

/** Takes a fault down; `exception` 0 for lockup. */
export function captureFault(machine: Machine, exception: number, pc: number): CapturedFault {
  const { core } = machine;
  const { cfsr, hfsr, mmfar, bfar } = core.faults;
  const inspector = new McuInspector(machine);
  const frameAt = core.regs[13]! >>> 0;
  const registers = Object.fromEntries(FRAME_NAMES.map((name, k) => [name, inspector.word(frameAt + k * 4) ?? 0]));
  const address = touchedAddress({ cfsr, mmfar, bfar });
  return {
    exception,
    pc,
    cfsr,
    hfsr,
    mmfar,
    bfar,
    registers,
    frameAt,
    text: instruction(machine, pc),
    touched: address === undefined ? '' : whatLies(machine, address),
    gpu: gpuFaults(machine),
    timeNs: machine.clock.now,
  };
}

function touchedAddress({ cfsr, mmfar, bfar }: Pick<CapturedFault, 'cfsr' | 'mmfar' | 'bfar'>): number | undefined {
  if ((cfsr & bits.BFARVALID) !== 0) return bfar >>> 0;
  return (cfsr & bits.MMARVALID) !== 0 ? mmfar >>> 0 : undefined;
}

/** The story as the machine stands, or of the last fault when it shows none any more. */
export function faultStory(
  machine: Machine,
  symbols: DebugSymbols,
  status: string,
  last: CapturedFault | undefined,
): FaultStory {
  const { core } = machine;
  const handler = core.xpsr & 0x1ff;
  const inFault = handler >= FAULT_EXCEPTIONS.first && handler <= FAULT_EXCEPTIONS.last;
  const stands = inFault || core.lockup || status === 'FATAL';
  if (!stands && last === undefined) {
    return {
      title: 'No fault',
      faulted: false,
      words: ['No exception of a fault was entered since this bench was made, and the core is not locked up.'],
      bits: [],
    };
  }
  const now = stands ? captureFault(machine, inFault ? handler : 0, core.pc) : undefined;
  const frame = inFault ? stackedFrame(machine, symbols) : undefined;
  // Below a fault handler the fault is the one its exception was entered with.
  const fault: CapturedFault = last ?? now!;
  const at = (pc: number): string => {
    const name = symbols.text(pc);
    return name === undefined ? hex(pc, 8) : `${hex(pc, 8)} (${name})`;
  };
  const cfsr = fault.cfsr | (now?.cfsr ?? 0);
  const hfsr = fault.hfsr | (now?.hfsr ?? 0);
  const set = [
    ...CFSR.filter((b) => (cfsr & b.mask) !== 0).map((b) => ({ name: `CFSR.${b.name}`, meaning: b.meaning })),
    ...HFSR.filter((b) => (hfsr & b.mask) !== 0).map((b) => ({ name: `HFSR.${b.name}`, meaning: b.meaning })),
  ];
  const name = exceptionName(fault.exception) ?? 'A fault';
  const words = [`The instruction to blame is at ${at(fault.pc)}${fault.text}.`];
  for (const { meaning } of set) words.push(`${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}.`);
  const address = touchedAddress(fault);
  if (address !== undefined) words.push(`The address it touched is ${hex(address, 8)}${fault.touched}.`);
  words.push(...fault.gpu);
  let title = `${name} at ${at(fault.pc)}`;
  if (core.lockup) {
    title = `Locked up at ${at(core.pc)}`;
    words.push(
      `A fault happened where none can be taken any more: the core is locked up and executes nothing until it is reset.`,
    );
  } else if (status === 'FATAL') {
    title = inFault || last !== undefined ? `${title}, and stopped for good` : `Stopped for good at ${at(core.pc)}`;
    words.push('MCU_STATUS is FATAL: it starts again only when MCU_CONTROL disables and enables it.');
  } else if (inFault) words.push(`Its handler runs now, at ${at(core.pc)}.`);
  else {
    title = fault.exception === 0 ? `Earlier: locked up at ${at(fault.pc)}` : `Earlier: ${title}`;
    words.push(`That was at ${(fault.timeNs / 1e6).toFixed(6)} ms; since then the core went on, or was reset.`);
  }
  return {
    title,
    faulted: true,
    words,
    bits: set,
    pc: fault.pc,
    ...(address === undefined ? {} : { address }),
    frame: frame ?? { at: fault.frameAt, registers: { ...fault.registers } },
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
