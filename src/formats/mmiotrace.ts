/**
 * Recorded register accesses of a real machine: the text of the Linux kernel's mmiotrace tracer, and a plain CSV.
 *
 * mmiotrace (Documentation/trace/mmiotrace.rst): one event a line, words separated by blanks:
 *   R width seconds map-id physical-address value pc pid        a read
 *   W width seconds map-id physical-address value pc pid        a write
 *   MAP seconds map-id physical-address virtual-address length pc pid
 * The other lines (VERSION, PCIDEV, LSPCI, MARK, UNMAP, UNKNOWN) carry no access.
 *
 * CSV: a header line with the columns `op` (R or W, read or write), `offset` and `value`, in any order, and, where
 * known, `time_ns` and `width`. Numbers are decimal or 0x. Lines that begin with # are comments.
 */
import { BadInput } from '../base/errors.ts';

export interface MmioAccess {
  /** ns since the first line of the trace; undefined where the source does not say. */
  readonly timeNs: number | undefined;
  readonly write: boolean;
  /** Byte offset from the start of the window. */
  readonly offset: number;
  /** Bytes: 4, or 8 for accesses that were split into two words here. */
  readonly width: 4;
  readonly value: number;
  /** 1-based line of the source. */
  readonly line: number;
}

export interface MmioLimits {
  readonly accesses: number;
}
/** More than a long boot makes (chosen). */
export const MMIO_LIMITS: MmioLimits = { accesses: 20_000_000 };

const NS_PER_S = 1_000_000_000;
const WORD = 4;

interface Source {
  readonly file: string;
  /** Bytes of the register window. */
  readonly windowSize: number;
  readonly limits: MmioLimits;
}

/**
 * Accesses of the register window that begins at physical address `base`; undefined takes the first mapping of at
 * least a page that the trace names. BadInput with line and rule.
 */
export function parseMmiotrace(
  text: string,
  windowSize: number,
  base?: number,
  file = 'mmiotrace',
  limits = MMIO_LIMITS,
): MmioAccess[] {
  const source: Source = { file, windowSize, limits };
  const out: MmioAccess[] = [];
  let window = base;
  let start: number | undefined;
  let line = 0;
  for (const row of lines(text)) {
    line++;
    const words = row.trim().split(/\s+/);
    const [kind = ''] = words;
    if (kind === 'MAP') {
      window ??= number(words[3], 'physical address', line, source);
      continue;
    }
    if (kind !== 'R' && kind !== 'W') continue;
    if (words.length < 6) refuse(source, line, `${words.length} words where an access has at least 6`);
    const width = number(words[1], 'width', line, source);
    const seconds = Number(words[2]);
    if (!Number.isFinite(seconds) || seconds < 0) refuse(source, line, `"${words[2]}" is not a time in seconds`);
    const physical = number(words[4], 'physical address', line, source);
    if (window === undefined) refuse(source, line, 'an access comes before any MAP line, so its window is not known');
    start ??= seconds;
    const timeNs = Math.round((seconds - start) * NS_PER_S);
    push(out, source, line, { timeNs, write: kind === 'W', offset: physical - (window ?? 0), width, text: words[5] });
  }
  return finish(out, source);
}

/** Accesses of a CSV. BadInput with line and rule. */
export function parseMmioCsv(text: string, windowSize: number, file = 'CSV', limits = MMIO_LIMITS): MmioAccess[] {
  const source: Source = { file, windowSize, limits };
  const out: MmioAccess[] = [];
  let columns: Map<string, number> | undefined;
  let line = 0;
  for (const row of lines(text)) {
    line++;
    const trimmed = row.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const cells = trimmed.split(',').map((c) => c.trim().replaceAll('"', ''));
    if (columns === undefined) {
      columns = new Map(cells.map((name, i) => [name.toLowerCase(), i]));
      for (const name of ['op', 'offset', 'value']) {
        if (!columns.has(name)) refuse(source, line, `the header has no column "${name}"`);
      }
      continue;
    }
    const names = columns;
    const cell = (name: string): string | undefined => cells[names.get(name) ?? -1];
    const op = (cell('op') ?? '').toLowerCase();
    const write = op === 'w' || op === 'write';
    if (!write && op !== 'r' && op !== 'read') refuse(source, line, `op "${op}" is neither R nor W`);
    const time = cell('time_ns');
    const width = cell('width');
    push(out, source, line, {
      timeNs: time === undefined || time === '' ? undefined : number(time, 'time_ns', line, source),
      write,
      offset: number(cell('offset'), 'offset', line, source),
      width: width === undefined || width === '' ? WORD : number(width, 'width', line, source),
      text: cell('value'),
    });
  }
  return finish(out, source);
}

/** True when the text looks like mmiotrace rather than CSV. */
export function isMmiotrace(text: string): boolean {
  return /^(VERSION \d+|(R|W) \d+ \d+\.|MAP \d+\.|MARK \d+\.|PCIDEV )/m.test(text.slice(0, 65_536));
}

interface Raw {
  readonly timeNs: number | undefined;
  readonly write: boolean;
  readonly offset: number;
  readonly width: number;
  readonly text: string | undefined;
}

/** Checks one access and adds it, as two words when it has 64 bits. */
function push(out: MmioAccess[], source: Source, line: number, raw: Raw): void {
  const { timeNs, write, offset, width, text } = raw;
  if (offset < 0 || offset >= source.windowSize) return;
  if (width !== WORD && width !== 2 * WORD) refuse(source, line, `width ${width} is neither 4 nor 8 bytes`);
  if (offset % WORD !== 0) refuse(source, line, `offset 0x${offset.toString(16)} is not a multiple of 4`);
  if (out.length >= source.limits.accesses) refuse(source, line, `more than ${source.limits.accesses} accesses`);
  let wide: bigint;
  try {
    wide = BigInt(text ?? '');
  } catch {
    return refuse(source, line, `"${text ?? ''}" is not a value`);
  }
  if (text === undefined || text === '' || wide < 0n || wide >= 1n << BigInt(width * 8)) {
    refuse(source, line, `value "${text ?? ''}" does not fit ${width} bytes`);
  }
  for (let at = 0; at < width; at += WORD) {
    const value = Number((wide >> BigInt(at * 8)) & 0xffff_ffffn);
    out.push({ timeNs, write, offset: offset + at, width: WORD, value, line });
  }
}

function finish(out: MmioAccess[], source: Source): MmioAccess[] {
  if (out.length === 0) refuse(source, undefined, 'no access of the register window is in it');
  for (let i = 1; i < out.length; i++) {
    const before = out[i - 1]!.timeNs;
    const now = out[i]!.timeNs;
    if (before !== undefined && now !== undefined && now < before) refuse(source, out[i]!.line, 'time goes back');
  }
  return out;
}

function number(text: string | undefined, what: string, line: number, source: Source): number {
  const value = text === undefined || text === '' ? NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) refuse(source, line, `${what} "${text ?? ''}" is not a number`);
  return value;
}

function refuse(source: Source, line: number | undefined, rule: string): never {
  throw new BadInput({
    file: source.file,
    ...(line === undefined ? {} : { line }),
    rule,
    remedy: 'See docs/session-format.md for the formats that can be imported.',
  });
}

/** Lines without splitting the whole text at once. */
function* lines(text: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    yield end < 0 ? text.slice(at) : text.slice(at, end);
    if (end < 0) return;
    at = end + 1;
  }
}
