/** The options of every command that makes a bench, and the numbers of the command line. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { BadInput, UsageError } from '../../../base/errors.ts';
import path from 'node:path';
import { DebugInfo, MAX_SYMBOL_FILE } from '../../../formats/debug-info.ts';
import { isElf } from '../../../formats/elf.ts';
import { imageOf } from '../../firmware-kit/build.ts';

const SUFFIX: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Sizes and addresses: 0x, 0b, decimal, with K, M or G. UsageError when it is not a number below 2^53. */
export function parseNumber(text: string, what: string): number {
  const match = /^(0x[0-9a-f_]+|0b[01_]+|\d[\d_]*)([kmg]?)$/i.exec(text);
  if (match === null) throw new UsageError(`${what}: "${text}" is not a number (0x..., decimal, K, M, G)`);
  const value = Number(match[1]!.replaceAll('_', '')) * (SUFFIX[match[2]!.toLowerCase()] ?? 1);
  if (!Number.isSafeInteger(value)) throw new UsageError(`${what}: ${text} is too large`);
  return value;
}

/** `VA=VALUE` as two numbers. */
export function parseWord(text: string, what: string): { readonly va: number; readonly value: number } {
  const [va, value] = parsePair(text, '=', what, 'VALUE');
  if (value > 0xffff_ffff) throw new UsageError(`${what} ${text}: the value does not fit 32 bits`);
  return { va, value };
}

/** `VA:LEN` as two numbers; LEN is not 0. */
export function parseRange(text: string, what: string): { readonly va: number; readonly length: number } {
  const [va, length] = parsePair(text, ':', what, 'LEN');
  if (length === 0) throw new UsageError(`${what} ${text}: the length must not be 0`);
  return { va, length };
}

function parsePair(text: string, separator: ':' | '=', what: string, second: string): readonly [number, number] {
  const at = text.indexOf(separator);
  if (at < 0) throw new UsageError(`${what}: "${text}" must have the form VA${separator}${second}`);
  return [parseNumber(text.slice(0, at), what), parseNumber(text.slice(at + 1), what)];
}

const MAX_PORT = 65_535;

/** A TCP port; 0 takes a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > MAX_PORT) throw new UsageError(`--port ${text}: not a port`);
  return port;
}

/** Refuses words that a command does not take. */
export function takesNoMore(words: readonly string[]): void {
  const [first] = words;
  if (first !== undefined) throw new UsageError(`unexpected "${first}"`);
}

export const benchFlags = {
  session: { type: 'string' },
  firmware: { type: 'string' },
  symbols: { type: 'string' },
  gpu: { type: 'string', default: 'g610' },
  set: { type: 'string', multiple: true, default: [] },
  bare: { type: 'boolean', default: false },
  engine: { type: 'string', default: 'translator' },
  'limit-ms': { type: 'string' },
  'limit-wall-s': { type: 'string' },
  from: { type: 'string' },
  connect: { type: 'string' },
  json: { type: 'boolean', default: false },
} satisfies NonNullable<ParseArgsConfig['options']>;

export interface BenchFlags {
  /** Link of a host whose bench is used instead of one of the command's own. */
  readonly connect: string | undefined;
  readonly session: string | undefined;
  /** A recorded session at whose end the bench starts; it says how the bench is made. */
  readonly from: string | undefined;
  readonly firmware: Uint8Array | undefined;
  readonly firmwareName: string;
  /** Names and lines of that firmware: the file asked for, or what belongs to the firmware by itself. */
  readonly symbols: Symbols | undefined;
  readonly overrides: Record<string, number>;
  readonly bare: boolean;
  readonly engine: 'interpreter' | 'translator';
  readonly limitMs: number | undefined;
  readonly limitWallS: number | undefined;
  readonly json: boolean;
}

export interface Symbols {
  readonly name: string;
  /** Named on the command line, not found beside the firmware. */
  readonly asked: boolean;
  /** What the ELF file is read from; of a file that was asked for it has been checked. */
  readonly bytes: () => Uint8Array;
}

interface RawFlags {
  readonly session?: string | undefined;
  readonly from?: string | undefined;
  readonly connect?: string | undefined;
  readonly symbols?: string | undefined;
  readonly firmware?: string | undefined;
  readonly gpu: string;
  readonly set: readonly string[];
  readonly bare: boolean;
  readonly engine: string;
  readonly 'limit-ms'?: string | undefined;
  readonly 'limit-wall-s'?: string | undefined;
  readonly json: boolean;
}

/** The path of the firmware shipped with the program. */
export const referenceFirmware = fileURLToPath(
  new URL('../../../../resources/firmware/reference.bin', import.meta.url),
);

/** Its linked file, for debuggers. */
const referenceSymbols = referenceFirmware.replace(/\.bin$/, '.elf');

/** Turns the raw flags into what a bench takes; reads the firmware file. */
export function benchFlagsOf(raw: RawFlags): BenchFlags {
  const { connect } = raw;
  const makes = raw.firmware ?? raw.from ?? raw.session ?? raw.symbols;
  if (connect !== undefined && (makes !== undefined || raw.bare || raw.set.length > 0)) {
    throw new UsageError('--connect: the bench is made already; leave out what says how to make or record one');
  }
  if (raw.from !== undefined && (raw.firmware !== undefined || raw.bare || raw.set.length > 0)) {
    throw new UsageError('--from: firmware, reset values and bareness come from the session; leave those options out');
  }
  if (raw.gpu !== 'g610') throw new UsageError(`no GPU named "${raw.gpu}"; known: g610`);
  if (raw.engine !== 'interpreter' && raw.engine !== 'translator') {
    throw new UsageError(`no engine named "${raw.engine}"; known: interpreter, translator`);
  }
  const overrides: Record<string, number> = {};
  for (const text of raw.set) {
    const at = text.indexOf('=');
    if (at < 0) throw new UsageError(`--set ${text}: must have the form REGISTER=VALUE`);
    overrides[text.slice(0, at)] = parseNumber(text.slice(at + 1), `--set ${text.slice(0, at)}`);
  }
  const image = raw.firmware ?? (raw.bare || connect !== undefined ? undefined : referenceFirmware);
  return {
    connect,
    session: raw.session,
    from: raw.from,
    firmware: image === undefined ? undefined : readFirmware(image),
    symbols: symbolsOf(raw, image),
    firmwareName: image === undefined ? 'none' : raw.firmware === undefined ? 'reference' : image,
    overrides,
    bare: raw.bare,
    engine: raw.engine,
    limitMs: raw['limit-ms'] === undefined ? undefined : parseNumber(raw['limit-ms'], '--limit-ms'),
    limitWallS: raw['limit-wall-s'] === undefined ? undefined : parseNumber(raw['limit-wall-s'], '--limit-wall-s'),
    json: raw.json,
  };
}

/** The symbol file of a bench. BadInput when the one asked for is none. */
function symbolsOf(raw: RawFlags, firmware: string | undefined): Symbols | undefined {
  if (raw.symbols !== undefined) {
    const size = statSync(raw.symbols, { throwIfNoEntry: false })?.size ?? 0;
    if (size > MAX_SYMBOL_FILE) {
      throw new BadInput({
        file: raw.symbols,
        rule: `a symbol file has at most ${MAX_SYMBOL_FILE >> 20} MiB, this one ${Math.ceil(size / (1 << 20))}`,
        remedy: 'Keep the debug sections alone (objcopy --only-keep-debug).',
      });
    }
    const bytes = readInput(raw.symbols);
    void new DebugInfo(bytes, raw.symbols);
    return { name: raw.symbols, asked: true, bytes: () => bytes };
  }
  if (firmware === undefined || raw.from !== undefined) return undefined;
  if (raw.firmware === undefined)
    return { name: path.basename(referenceSymbols), asked: false, bytes: () => readInput(referenceSymbols) };
  const own = readInput(firmware);
  return isElf(own) ? { name: firmware, asked: false, bytes: () => own } : undefined;
}

/** A firmware image, or one made of an ELF. BadInput, with offset and rule, for one that a driver would refuse. */
export function readFirmware(file: string): Uint8Array {
  const bytes = readInput(file);
  try {
    return imageOf(bytes);
  } catch (error) {
    throw error instanceof BadInput ? error.in(file) : error;
  }
}

/** What stands for standard input where a file is read. */
export const STDIN = '-';
let standardInput: Uint8Array | undefined;

/** The bytes of an input file, or of standard input for `-`; BadInput when it cannot be read. */
export function readInput(file: string): Uint8Array {
  try {
    // Standard input can be read once; a command may look at its text twice.
    return file === STDIN ? (standardInput ??= readFileSync(0)) : readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput({
      file,
      rule: `cannot be read: ${reason}`,
      remedy: 'Name a file that exists and is readable.',
    });
  }
}

/** Parses words with the bench's flags and the command's own. */
export function parse<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  own: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: typeof benchFlags & T; allowPositionals: true }>> {
  return parseArgs({ args, options: { ...benchFlags, ...own }, allowPositionals: true });
}
