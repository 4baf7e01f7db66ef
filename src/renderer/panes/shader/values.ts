/** Values of lanes as text, in the format a person chose; masks of lanes in words. */
import { SHADER_LANES } from '../../../protocol/shader-debug.ts';

export const FORMATS = [
  { id: 'hex', title: 'Hex' },
  { id: 'u32', title: 'Unsigned' },
  { id: 'i32', title: 'Signed' },
  { id: 'f32', title: 'Float' },
  { id: 'f16', title: 'Two halves' },
] as const;
export type Format = (typeof FORMATS)[number]['id'];

/** Significant digits: enough to tell two binary32 (binary16) numbers apart. */
const DIGITS_32 = 9;
const DIGITS_16 = 5;

const view = new DataView(new ArrayBuffer(4));

export function floatOf(word: number): number {
  view.setUint32(0, word);
  return view.getFloat32(0);
}

/** A binary16 number in the low half of a word. */
export function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Shortest text with enough digits; the sign of zero is kept. */
function numberText(value: number, digits: number): string {
  if (Object.is(value, -0)) return '-0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
  return String(Number(value.toPrecision(digits)));
}

export function valueText(word: number, format: Format): string {
  switch (format) {
    case 'hex':
      return (word >>> 0).toString(16).padStart(8, '0');
    case 'u32':
      return String(word >>> 0);
    case 'i32':
      return String(word | 0);
    case 'f32':
      return numberText(floatOf(word), DIGITS_32);
    case 'f16':
      return [word & 0xffff, word >>> 16].map((h) => numberText(halfOf(h), DIGITS_16)).join(' ');
  }
}

/** `0-3, 7`: the lanes of a mask as ranges; `none`. */
export function lanesText(mask: number): string {
  const parts: string[] = [];
  for (let l = 0; l < SHADER_LANES; l++) {
    if (((mask >>> l) & 1) === 0) continue;
    let end = l;
    while (((mask >>> (end + 1)) & 1) !== 0 && end + 1 < SHADER_LANES) end++;
    parts.push(end === l ? String(l) : `${l}-${end}`);
    l = end;
  }
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** The lowest lane of a mask; 0 for none. */
export function firstLane(mask: number): number {
  return mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
}

export function laneCount(mask: number): number {
  let n = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) n++;
  return n;
}

/** Registers that a listing names, ascending: pairs and sets name each one or the first, so the next few come too. */
export function registersIn(lines: readonly string[]): number[] {
  const found = new Set<number>();
  for (const line of lines) {
    for (const [, digits] of line.matchAll(/\br(\d+)/g)) found.add(Number(digits));
  }
  return [...found].toSorted((a, b) => a - b);
}

/** A warp that is at an instruction, and how many of its lanes are. */
export interface WarpHere {
  readonly core: number;
  readonly warp: number;
  readonly lanes: number;
}

/** `w0/3 w1-7`: neighbours together; parts of warps with their lanes; with the core where there are several. */
export function warpsText(warps: readonly WarpHere[], cores: boolean): string {
  const parts: string[] = [];
  for (let i = 0; i < warps.length; i++) {
    const first = warps[i];
    if (first === undefined) break;
    let end = i;
    const follows = (w: WarpHere | undefined, at: number): boolean =>
      w?.core === first.core && w.lanes === first.lanes && w.warp === first.warp + at;
    while (follows(warps[end + 1], end + 1 - i)) end++;
    const last = end === i ? '' : `-${first.warp + end - i}`;
    const lanes = first.lanes === SHADER_LANES ? '' : `/${first.lanes}`;
    parts.push(`${cores ? `${first.core}:` : ''}w${first.warp}${last}${lanes}`);
    i = end;
  }
  return parts.join(' ');
}
