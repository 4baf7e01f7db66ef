/**
 * Registers as places: which space and offset a register lies at, names as the engine takes them, and what a read or
 * a write would do, in words from the specification's access modes. Pure.
 */
import {
  findRegister,
  MCU_REG_BASE,
  mcuBlocks,
  STREAM_COUNT,
  streamBase,
  streamBlocks,
  type Field,
  type Register,
} from '../../spec/registers/index.ts';

/** One register that can be peeked. */
export interface RegisterPlace {
  /** As the engine takes it: `GPU_ID`, `CS3.CS_STATUS`. */
  readonly name: string;
  readonly register: Register;
  readonly space: 'host' | 'mcu';
  /** Offset in the host window, or address of the MCU. */
  readonly offset: number;
}

const mcuNames = new Set(mcuBlocks.map((b) => b.name));
const streamNames = new Set(streamBlocks.map((b) => b.name));

/** Place of a single register (no array); `stream` is the interface for registers of streams. */
export function placeOf(register: Register, stream = 0): RegisterPlace {
  if (streamNames.has(register.block)) {
    const offset = streamBase(stream) + register.offset;
    return { name: `CS${stream}.${register.name}`, register, space: 'mcu', offset };
  }
  if (mcuNames.has(register.block)) {
    return { name: register.name, register, space: 'mcu', offset: MCU_REG_BASE + register.offset };
  }
  return { name: register.name, register, space: 'host', offset: register.offset };
}

/** The place a printed name means; undefined when no single register has it. */
export function findPlace(name: string): RegisterPlace | undefined {
  const [, stream, inner] = /^CS(\d+)\.(.+)$/.exec(name) ?? [];
  const register = findRegister(inner ?? name);
  if (register === undefined || register.isArray) return undefined;
  const isStream = streamNames.has(register.block);
  if (isStream !== (stream !== undefined) || Number(stream ?? 0) >= STREAM_COUNT) return undefined;
  return placeOf(register, Number(stream ?? 0));
}

/** Byte offsets of the words of a register, low first. */
export function wordsAt(place: RegisterPlace): readonly number[] {
  return place.register.width === 64 ? [place.offset, place.offset + 4] : [place.offset];
}

/** A field's value in a register value. */
export function fieldOf(field: Field, value: bigint): bigint {
  return (value >> BigInt(field.lsb)) & ((1n << BigInt(field.width)) - 1n);
}

/** False for a field whose condition (`when`) does not hold in this value. */
export function fieldApplies(register: Register, field: Field, value: bigint): boolean {
  if (field.when === undefined) return true;
  const on = register.find(field.when.field);
  return on === undefined || fieldOf(on, value) === BigInt(field.when.value);
}

/** Letters for the access of a register or field in a narrow column. */
export const ACCESS_LETTERS = { RO: 'R', RW: 'RW', WO: 'W', W1C: 'W1C', RW1S: 'W1S', RC: 'RC' } as const;

/** True when something can be written. */
export function canWrite(part: { readonly access: Register['access'] }): boolean {
  return part.access !== 'RO' && part.access !== 'RC';
}

/** What a read as the CPU does it would change, in a sentence. */
export function readEffect(register: Register): string {
  if (register.access === 'WO' && register.fields.every((f) => f.access === 'WO')) {
    return `Reading ${register.name} gives 0: it can only be written. Nothing is cleared.`;
  }
  const cleared = register.fields.filter((f) => f.access === 'RC').map((f) => f.name);
  if (cleared.length > 0) return `Reading ${register.name} clears ${list(cleared)}.`;
  if (register.access === 'RC') return `Reading ${register.name} clears it.`;
  return `Reading ${register.name} clears nothing; it is an access of the bus, takes its time and stands in the log.`;
}

/** What a write means for the bits that do not simply take the value, in a sentence; undefined when all do. */
export function writeEffect(register: Register): string | undefined {
  const parts = register.fields.length > 0 ? register.fields : [register];
  const clears = parts.filter((f) => f.access === 'W1C').map((f) => f.name);
  const sets = parts.filter((f) => f.access === 'RW1S').map((f) => f.name);
  const words = [
    clears.length > 0 ? `writing 1 clears ${list(clears)}` : '',
    sets.length > 0 ? `writing 1 sets ${list(sets)}, writing 0 leaves it` : '',
  ].filter((w) => w !== '');
  if (words.length === 0) return undefined;
  const text = words.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `A, B and C`; long lists are cut. */
function list(names: readonly string[]): string {
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

interface Danger {
  readonly keys: RegExp;
  /** Whether this value is the dangerous one. */
  readonly when: (register: Register, value: bigint) => boolean;
  readonly what: string;
}

const isNamed = (register: Register, field: string, name: string, value: bigint): boolean => {
  const f = register.find(field);
  const named = f?.enum?.[name];
  return f !== undefined && named !== undefined && fieldOf(f, value) === BigInt(named);
};

/** Writes that take the machine from under what runs on it. */
const DANGERS: readonly Danger[] = [
  {
    keys: /^GPU_CMD$/,
    when: (r, v) => isNamed(r, 'code', 'RESET', v),
    what: 'This resets the GPU. Work in flight is lost, and the driver is not told.',
  },
  {
    keys: /^MCU_CONTROL$/,
    when: (r, v) => isNamed(r, 'req', 'DISABLE', v),
    what: 'This stops the MCU. The firmware loses its state and must be booted again.',
  },
  {
    keys: /_PWROFF$/,
    when: (_, v) => v !== 0n,
    what: 'This turns units off while the driver believes them on.',
  },
  {
    keys: /^PWR_COMMAND$/,
    when: (_, v) => v !== 0n,
    what: 'This changes power behind the back of the driver.',
  },
];

/** Why a poke should be asked about first; undefined for the others. */
export function dangerOf(register: Register, value: bigint): string | undefined {
  return DANGERS.find((d) => d.keys.test(register.key) && d.when(register, value))?.what;
}
