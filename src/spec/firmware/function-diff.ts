/**
 * Differences of two images by function, for images whose symbols are known (those `tyr fw build` made). Functions
 * are matched by name, wherever they lie; a call to something that moved counts as a change of the caller's bytes.
 */
import { hex } from '../../base/bits.ts';
import type { Inspection } from './image.ts';
import type { Difference } from './image-diff.ts';

/** A symbol as the file beside an image lists it. */
export interface FirmwareSymbol {
  readonly name: string;
  /** Functions without the Thumb bit. */
  readonly address: number;
  readonly size: number;
  readonly kind: 'function' | 'object';
}

export interface Symbolized {
  readonly image: Inspection;
  readonly symbols: readonly FirmwareSymbol[];
}

/** Bytes of the image at an MCU address; undefined where the file has none. */
function bytesAt(image: Inspection, from: number, size: number): Uint8Array | undefined {
  for (const entry of image.entries) {
    if (entry.kind !== 'section' || from < entry.vaStart || from + size > entry.vaStart + entry.data.length) continue;
    return entry.data.subarray(from - entry.vaStart, from - entry.vaStart + size);
  }
  return undefined;
}

function functions({ symbols }: Symbolized): Map<string, FirmwareSymbol> {
  return new Map(symbols.filter((s) => s.kind === 'function').map((s) => [s.name, s]));
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? -1 : length;
}

/** Functions that one image lacks or whose bytes differ, by name. */
export function functionDifferences(a: Symbolized, b: Symbolized): Difference[] {
  const [left, right] = [functions(a), functions(b)];
  const found: Difference[] = [];
  for (const name of [...new Set([...left.keys(), ...right.keys()])].toSorted()) {
    const [x, y] = [left.get(name), right.get(name)];
    const what = `function ${name}`;
    if (x === undefined || y === undefined) {
      found.push({ what, a: x && `${x.size} bytes`, b: y && `${y.size} bytes` });
      continue;
    }
    const [p, q] = [bytesAt(a.image, x.address, x.size), bytesAt(b.image, y.address, y.size)];
    const at = p === undefined || q === undefined ? -1 : firstDifference(p, q);
    if (at < 0) continue;
    const show = (s: FirmwareSymbol): string =>
      `${s.size} bytes at ${hex(s.address, 8)}, differs from ${hex(s.address + at, 8)}`;
    found.push({ what, a: show(x), b: show(y) });
  }
  return found;
}
