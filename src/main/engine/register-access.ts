/**
 * Registers by name, as people and scripts write them: `GPU_ID`, `AS3_TRANSTAB`, `GPU_CMD.code`, `0x30`, private
 * ones of the MCU too (`DB_PENDING`, `CS3.CS_STATUS`). Unknown names suggest the nearest.
 */
import { UsageError } from '../../base/errors.ts';
import { big64, hex, hex64 } from '../../base/bits.ts';
import {
  decodeFields,
  fieldValueOf,
  findRegister,
  registerAt,
  suggest,
  type Field,
  type Register,
} from '../../spec/registers/index.ts';
import { MCU_REG_BASE, STREAM_BASE, STREAM_STRIDE } from '../../spec/registers/mcu-private.ts';
import { HOST_WINDOW_SIZE, mcuBlocks, streamBlocks } from '../../spec/registers/blocks.ts';
import type { RegisterValue } from '../../protocol/messages.ts';

/** Where a register lies and how wide it is. */
export interface Target {
  readonly name: string;
  readonly space: 'host' | 'mcu';
  /** Offset in the host window, or address of the MCU. */
  readonly offset: number;
  readonly width: 32 | 64;
  readonly register: Register | undefined;
  readonly field: Field | undefined;
}

const mcuNames = new Set(mcuBlocks.map((b) => b.name));
const streamNames = new Set(streamBlocks.map((b) => b.name));

/** Resolves a name. UsageError with suggestions when there is no such register or field. */
export function resolveTarget(name: string): Target {
  if (/^0x[0-9a-f]+$/i.test(name)) return resolveOffset(Number(name), name);
  const stream = /^CS(\d+)\.(.+)$/.exec(name);
  const body = stream === null ? name : stream[2]!;
  const whole = findRegister(body);
  const dot = body.lastIndexOf('.');
  const register = whole ?? (dot > 0 ? findRegister(body.slice(0, dot)) : undefined);
  if (register === undefined || register.isArray) throw unknown(name, register);
  const field = whole === undefined ? register.find(body.slice(dot + 1)) : undefined;
  if (whole === undefined && field === undefined) {
    const known = register.fields.map((f) => f.name).join(', ');
    throw new UsageError(`${register.name} has no field "${body.slice(dot + 1)}"; known: ${known}`);
  }
  const base = { name, width: register.width, register, field };
  if (streamNames.has(register.block)) {
    const n = Number(stream?.[1] ?? Number.NaN);
    if (!(n < 64))
      throw new UsageError(`${register.name} belongs to a stream interface: write CS0.${register.name} to CS63.`);
    return { ...base, space: 'mcu', offset: STREAM_BASE + n * STREAM_STRIDE + register.offset };
  }
  if (stream !== null) throw new UsageError(`${register.name} is not a register of a stream interface`);
  if (mcuNames.has(register.block)) return { ...base, space: 'mcu', offset: MCU_REG_BASE + register.offset };
  return { ...base, space: 'host', offset: register.offset };
}

function resolveOffset(offset: number, name: string): Target {
  if (offset >= HOST_WINDOW_SIZE) {
    throw new UsageError(`${name}: the window of the registers ends at ${hex(HOST_WINDOW_SIZE)}`);
  }
  const at = registerAt(offset);
  if (offset % 4 !== 0) throw new UsageError(`${name}: registers lie at multiples of 4`);
  if (at === undefined || at.word === 1) {
    return { name, space: 'host', offset, width: 32, register: undefined, field: undefined };
  }
  return {
    name: at.register.name,
    space: 'host',
    offset,
    width: at.register.width,
    register: at.register,
    field: undefined,
  };
}

function unknown(name: string, array: Register | undefined): UsageError {
  if (array !== undefined) return new UsageError(`${name} is an array: name one element, e.g. ${array.at(0).name}`);
  const near = suggest(name);
  return new UsageError(`no register named "${name}"${near.length > 0 ? `; did you mean ${near.join(', ')}?` : ''}`);
}

/** A value as shown: a field's number, a register with its fields; 64-bit registers and what needs more than 53 bits as hex text. */
export function describeRegister(target: Target, lo: number, hi: number): RegisterValue {
  const { register, field } = target;
  const fields = register === undefined ? [] : decodeFields(register, lo, hi);
  const shown = field === undefined ? fields : fields.filter((f) => f.name === field.name);
  return {
    name: target.name,
    offset: target.offset,
    width: target.width,
    value: field !== undefined ? exact(fieldValueOf(field, lo, hi)) : target.width === 64 ? hex64(lo, hi) : lo >>> 0,
    fields: shown.map((f) => ({
      name: f.name,
      value: exact(f.value),
      ...(f.enumName === undefined ? {} : { enumName: f.enumName }),
    })),
  };
}

/** A number, or hex text where a Number would lose bits. */
function exact(value: number | bigint): number | string {
  return typeof value === 'bigint' ? hex(value) : value;
}

/** The words to write for `value` given as number, text, or enum name; `old` keeps the other fields. */
export function wordsToWrite(
  target: Target,
  value: number | string,
  old: { readonly lo: number; readonly hi: number },
): { readonly lo: number; readonly hi: number } {
  const big = parseValue(target, value);
  const { field } = target;
  const width = field?.width ?? target.width;
  if (big < 0n || big >= 1n << BigInt(width))
    throw new UsageError(`${target.name}: ${hex(big)} does not fit ${width} bits`);
  let whole = big;
  if (field !== undefined) {
    const mask = ((1n << BigInt(field.width)) - 1n) << BigInt(field.lsb);
    whole = (big64(old.lo, old.hi) & ~mask) | (big << BigInt(field.lsb));
  }
  return { lo: Number(whole & 0xffff_ffffn), hi: Number(whole >> 32n) };
}

function parseValue(target: Target, value: number | string): bigint {
  if (typeof value === 'number') return BigInt(value);
  const shift = /^(\d+)\s*<<\s*(\d{1,2})$/.exec(value);
  if (shift !== null) return BigInt(shift[1]!) << BigInt(shift[2]!);
  if (/^(0x[0-9a-f][0-9a-f_]*|0b[01][01_]*|\d[\d_]*)$/i.test(value)) return BigInt(value.replaceAll('_', ''));
  const field = target.field ?? (target.register?.fields.length === 1 ? target.register.fields[0] : undefined);
  try {
    if (field !== undefined) return BigInt(field.valueOf(value));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  throw new UsageError(`${target.name}: "${value}" is not a number`);
}
