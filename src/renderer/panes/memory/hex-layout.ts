/**
 * The hex view's arithmetic: rows and cells of a piece of memory with holes, typed search patterns, and differences
 * between two pieces. Pure.
 */
import { parseValue } from '../../lib/value-text.ts';

/** Bytes of a row. */
export const ROW = 16;
export const UNITS = [1, 2, 4, 8] as const;
export type Unit = (typeof UNITS)[number];

export interface Chunk {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A range of memory some of which may not be mapped. */
export class Piece {
  readonly chunks: readonly Chunk[];

  /** `chunks` by rising address, not overlapping. */
  constructor(chunks: readonly Chunk[]) {
    this.chunks = chunks;
  }

  /** A byte, or undefined in a hole. */
  byte(address: number): number | undefined {
    let lo = 0;
    let hi = this.chunks.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      const chunk = this.chunks[mid];
      if (chunk !== undefined && chunk.address + chunk.bytes.length <= address) lo = mid + 1;
      else hi = mid;
    }
    const found = this.chunks[lo];
    return found === undefined ? undefined : found.bytes[address - found.address];
  }

  /** Hex of a little-endian unit; `??` for each byte that is not there. */
  text(address: number, unit: Unit): string {
    let out = '';
    for (let i = unit - 1; i >= 0; i--)
      out +=
        this.byte(address + i)
          ?.toString(16)
          .padStart(2, '0') ?? '??';
    return out;
  }

  /** Printable characters of a row, a dot for others, a space for holes. */
  ascii(address: number): string {
    let out = '';
    for (let i = 0; i < ROW; i++) {
      const b = this.byte(address + i);
      out += b === undefined ? ' ' : b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.';
    }
    return out;
  }

  /** Bytes of [from, to), `??` for those that are not there. */
  hex(from: number, to: number): string {
    const out: string[] = [];
    for (let at = from; at < to; at++) out.push(this.text(at, 1));
    return out.join(' ');
  }
}

/** Address of the row that holds `address`. */
export function rowOf(address: number): number {
  return address - (address % ROW);
}

/** The row to show first so that `cursor` is in view of `rows` rows beginning at `top`. */
export function scrolled(top: number, cursor: number, rows: number, limit: number): number {
  const row = rowOf(cursor);
  const last = Math.max(0, limit - rows * ROW);
  const wanted = row < top ? row : row >= top + rows * ROW ? row - (rows - 1) * ROW : top;
  return Math.max(0, Math.min(wanted, last));
}

/** Typed hex digits of a unit as little-endian bytes; missing leading digits are zeros. */
export function unitBytes(digits: string, unit: Unit): Uint8Array {
  const full = digits.padStart(unit * 2, '0');
  return Uint8Array.from({ length: unit }, (_, i) => {
    const end = full.length - i * 2;
    return Number.parseInt(full.slice(end - 2, end), 16);
  });
}

export type Pattern =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly message: string };

/**
 * What is searched for: `"text"`, pairs of hex digits (`de ad be ef`), or a value (`0xdeadbeef`), whose 32 or 64 bits
 * lie in memory low byte first.
 */
export function parsePattern(typed: string): Pattern {
  const text = typed.trim();
  if (text === '') return { ok: false, message: 'type bytes, a value or "text"' };
  const quoted = /^"(.+?)"?$/s.exec(text)?.[1];
  if (quoted !== undefined) return { ok: true, bytes: new TextEncoder().encode(quoted) };
  if (/^[0-9a-f]{2}(\s+[0-9a-f]{2})*$/i.test(text)) {
    return { ok: true, bytes: Uint8Array.from(text.split(/\s+/), (pair) => Number.parseInt(pair, 16)) };
  }
  const value = parseValue(text, { bits: 64 });
  if (!value.ok) return value;
  const size = value.value < 2n ** 32n ? 4 : 8;
  return { ok: true, bytes: unitBytes(value.value.toString(16), size) };
}

/** A run of bytes that differ. */
export interface Difference {
  readonly from: number;
  /** First address above. */
  readonly to: number;
}

/** Runs of bytes in [from, to) that differ, or that only one of the two has. */
export function differences(a: Piece, b: Piece, from: number, to: number): Difference[] {
  const out: { from: number; to: number }[] = [];
  for (let at = from; at < to; at++) {
    if (a.byte(at) === b.byte(at)) continue;
    const last = out.at(-1);
    if (last?.to === at) last.to++;
    else out.push({ from: at, to: at + 1 });
  }
  return out;
}

/** The difference after (or before) an address; undefined when there is none. */
export function nextDifference(
  list: readonly Difference[],
  address: number,
  backwards: boolean,
): Difference | undefined {
  return backwards ? list.findLast((d) => d.from < address) : list.find((d) => d.from > address);
}
