/** Compares the buffers of a replayed capture with what another implementation wrote. */
import type { CaptureBuffer, CaptureRun } from '../../formats/capture.ts';

/** A 32-bit word that differs; `offset` in bytes from the start of the buffer. */
export interface Mismatch {
  readonly buffer: string;
  readonly offset: number;
  readonly got: number;
  readonly want: number;
}

/** Most mismatches that are listed; all are counted. */
const LISTED = 100;
const WORD = 4;

const scratch = new DataView(new ArrayBuffer(8));

/** True when two words, as binary32, differ by at most `relative` of the larger; equal words and two NaNs agree. */
function close(got: number, want: number, relative: number): boolean {
  if (got === want) return true;
  scratch.setUint32(0, got);
  scratch.setUint32(4, want);
  const a = scratch.getFloat32(0);
  const b = scratch.getFloat32(4);
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a === b;
  return Math.abs(a - b) <= relative * Math.max(Math.abs(a), Math.abs(b));
}

/** The differing words of one buffer, and their number. A last odd byte counts as a word with zeros above. */
export function compareBuffer(
  buffer: CaptureBuffer,
  got: Uint8Array,
  want: Uint8Array,
  compare: CaptureRun['compare'],
): { readonly count: number; readonly listed: readonly Mismatch[] } {
  const listed: Mismatch[] = [];
  let count = 0;
  if (compare.mode === 'none') return { count, listed };
  for (let offset = 0; offset < buffer.size; offset += WORD) {
    const g = wordAt(got, offset);
    const w = wordAt(want, offset);
    if (g === w || (compare.mode === 'tolerance' && close(g, w, compare.relative))) continue;
    count++;
    if (listed.length < LISTED) listed.push({ buffer: buffer.name, offset, got: g, want: w });
  }
  return { count, listed };
}

function wordAt(bytes: Uint8Array, offset: number): number {
  const at = (i: number): number => bytes[offset + i] ?? 0;
  return (at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24)) >>> 0;
}
