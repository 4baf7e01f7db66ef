/**
 * Breakpoints as a debugger keeps them: where each one stops on the machine as it is now, and if it does not, why.
 * Lines, names and registers are resolved again whenever the breakpoints are armed or shown, so that a breakpoint set
 * before the firmware is loaded is pending, and bound once it is there.
 */
import { UsageError } from '../../base/errors.ts';
import { hex } from '../../base/bits.ts';
import type { Machine } from '../../emulator/machine.ts';
import { compileExpression, type Expression, type ExpressionValues } from '../../protocol/debug-expression.ts';
import type { Breakpoint, BreakpointState } from '../../protocol/debug.ts';
import { MCU_DEVICE_END, MCU_REG_BASE, WINDOW_BASE } from '../../spec/registers/mcu-private.ts';
import { mcuRegisterAt, registerAt, wordName } from '../../spec/registers/lookup.ts';
import { decode } from '../../spec/thumb/decode.ts';
import type { DebugSymbols } from './debug-symbols.ts';
import { exceptionName } from './mcu-names.ts';
import { resolveTarget } from './register-access.ts';

export interface Armed {
  readonly id: number;
  readonly breakpoint: Breakpoint;
  hits: number;
  readonly condition: Expression | undefined;
  readonly log: readonly (string | Expression)[] | undefined;
  /** The condition could not be worked out at the last hit. */
  problem: string | undefined;
}

/** Where a breakpoint stops. */
export interface Bound {
  readonly status: BreakpointState['status'];
  readonly reason?: string;
  readonly addresses: readonly number[];
  /** Offset in the host's register window, for a register that the driver sees. */
  readonly hostOffset?: number;
  readonly place: string;
}

const EXCEPTIONS = 256;
const ADDRESS_SPACES = 16;

/** Compiles what a breakpoint says. UsageError when its condition or its log text is none. */
export function arm(id: number, breakpoint: Breakpoint, hits = 0): Armed {
  const condition = breakpoint.condition === undefined ? undefined : compileExpression(breakpoint.condition);
  const log = breakpoint.log === undefined ? undefined : logParts(breakpoint.log);
  return { id, breakpoint, hits, condition, log, problem: undefined };
}

/** A log text in pieces: words, and the expressions in braces. */
function logParts(text: string): (string | Expression)[] {
  return text
    .split(/(\{[^{}]*\})/)
    .filter((piece) => piece !== '')
    .map((piece) => (piece.startsWith('{') && piece.endsWith('}') ? compileExpression(piece.slice(1, -1)) : piece));
}

/** The text of a log point; a value that cannot be worked out says why. */
export function logText(parts: readonly (string | Expression)[], values: ExpressionValues): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      try {
        return `0x${part(values).toString(16)}`;
      } catch (error) {
        return error instanceof Error ? `<${error.message}>` : '<?>';
      }
    })
    .join('');
}

/** Where a breakpoint stops now. */
export function bind(armed: Armed, machine: Machine, symbols: DebugSymbols): Bound {
  const { breakpoint, problem } = armed;
  const found = KINDS[breakpoint.kind](breakpoint, machine, symbols);
  if (!breakpoint.enabled) return { ...found, status: 'off', reason: 'switched off' };
  return problem === undefined ? found : { ...found, reason: problem };
}

type Bind = (b: Breakpoint, machine: Machine, symbols: DebugSymbols) => Bound;

const refused = (reason: string, place = ''): Bound => ({ status: 'refused', reason, addresses: [], place });
const pending = (reason: string, place: string, addresses: readonly number[] = []): Bound => ({
  status: 'pending',
  reason,
  addresses,
  place,
});

const execute: Bind = (b, machine, symbols) => {
  if (b.line !== undefined) return atLine(b.line, machine, symbols);
  let { address } = b;
  let place = hex(address, 8);
  if (b.name !== undefined) {
    const named = symbols.address(b.name);
    if (named === undefined) return pending(`no symbol file or label names "${b.name}"`, b.name);
    address = named;
    place = b.name;
  }
  return atCode([address], symbols.text(address) ?? place, machine);
};

function atLine(at: { file: number; line: number }, machine: Machine, symbols: DebugSymbols): Bound {
  const info = symbols.loaded;
  const file = info?.files[at.file];
  if (info === undefined || file === undefined)
    return pending('no symbol file says where this line is', `line ${at.line}`);
  const stops = info.addressesOf(at.file, at.line);
  const place = `${file.name}:${at.line}`;
  if (stops === undefined) return refused(`${file.name} has no code at line ${at.line} or behind it`, place);
  const bound = atCode(stops.addresses, `${file.name}:${stops.line}`, machine);
  if (stops.line === at.line || bound.status !== 'bound') return bound;
  return { ...bound, reason: `line ${at.line} has no code, the next that has is ${stops.line}` };
}

/** Instructions that can be stopped before: mapped memory, or memory that may be mapped later. */
function atCode(addresses: readonly number[], place: string, machine: Machine): Bound {
  for (const address of addresses) {
    if ((address & 1) !== 0) return refused(`${hex(address, 8)} is odd: instructions begin at even addresses`, place);
    if (isDevice(address))
      return refused(`${hex(address, 8)} is a register or a window: nothing executes there`, place);
    if (address >= 0xe000_0000) return refused(`${hex(address, 8)} is system space: nothing executes there`, place);
  }
  const missing = addresses.find((a) => machine.mcuPeek((a & ~3) >>> 0) === undefined);
  if (missing !== undefined) return pending(`nothing is mapped at ${hex(missing, 8)} yet`, place, addresses);
  const middle = addresses.find((a) => insideWide(a, machine));
  if (middle !== undefined) {
    const reason = `${hex(middle, 8)} may be the second half of an instruction: then it never stops`;
    return { status: 'bound', reason, addresses, place };
  }
  return { status: 'bound', addresses, place };
}

function isDevice(address: number): boolean {
  return address >= MCU_REG_BASE ? address < MCU_DEVICE_END : address >= WINDOW_BASE && address < 0x1000_0000;
}

/** Whether the halfword before begins a wide instruction and what stands here is none by itself. */
function insideWide(address: number, machine: Machine): boolean {
  const half = (at: number): number => ((machine.mcuPeek((at & ~3) >>> 0) ?? 0) >>> ((at & 2) * 8)) & 0xffff;
  const before = half(address - 2);
  if (before >>> 11 < 0x1d) return false;
  const here = decode(half(address), half(address + 2));
  return here.row.key === 'undefined';
}

const access: Bind = (b, machine) => {
  if (b.register !== undefined) return onRegister(b.register);
  const { address, size } = b;
  if (address + size > 0x1_0000_0000) return refused('it goes beyond the end of the address space', hex(address, 8));
  if (address >= 0xe000_0000) {
    return refused('system space answers inside the core: break on the exception, or step', hex(address, 8));
  }
  if (isDevice(address)) {
    const word = mcuRegisterAt((address & ~3) >>> 0);
    return { status: 'bound', addresses: [address], place: word === undefined ? 'no register' : wordName(word) };
  }
  if (machine.mcuPeek((address & ~3) >>> 0) === undefined) {
    return pending(`nothing is mapped at ${hex(address, 8)} yet`, '', [address]);
  }
  return { status: 'bound', addresses: [address], place: '' };
};

function onRegister(name: string): Bound {
  try {
    const target = resolveTarget(name);
    if (target.space === 'mcu') return { status: 'bound', addresses: [target.offset], place: name };
    return {
      status: 'bound',
      addresses: [MCU_REG_BASE + target.offset],
      hostOffset: target.offset,
      place: name,
    };
  } catch (error) {
    return refused(error instanceof UsageError ? error.message : String(error), name);
  }
}

const exception: Bind = ({ address }) => {
  if (address === 0) return { status: 'bound', addresses: [], place: 'any exception' };
  const name = address < EXCEPTIONS ? exceptionName(address) : undefined;
  if (name === undefined) return refused(`there is no exception ${address}`, String(address));
  return { status: 'bound', addresses: [], place: name };
};

const mmu: Bind = ({ address }) => {
  if (address > ADDRESS_SPACES) return refused(`there is no address space ${address - 1}`, String(address));
  const place = address === 0 ? 'a fault of any address space' : `a fault of address space ${address - 1}`;
  return { status: 'bound', addresses: [], place };
};

const KINDS: Readonly<Record<Breakpoint['kind'], Bind>> = {
  execute,
  read: access,
  write: access,
  access,
  exception,
  mmu,
};

/** The name of a host register, for what stopped. */
export function hostRegisterName(offset: number): string {
  const word = registerAt(offset);
  return word === undefined ? hex(offset) : wordName(word);
}
