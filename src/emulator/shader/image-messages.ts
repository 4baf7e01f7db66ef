/**
 * Messages of images, without a sampler: LD_TEX loads a texel, LEA_TEX gives its address and the conversion that
 * ST_CVT stores with (atomics take the address alone). Coordinates as Mesa compiles them: x and y as halves of the
 * first source (1D: x alone, 32 bits), z and the layer as halves of the second. Outside the image loads give zeros,
 * addresses are those whose accesses are dropped (chosen); so do handles of nothing.
 */
import { field, rowNamed } from '../../spec/valhall/isa.ts';
import { COST_WORD_SHIFT, DROPPED_HIGH } from './choices.ts';
import { LANES } from './layout.ts';
import type { MessageContext, MessageFunction } from './messages.ts';
import type { MicroOp } from './micro-op.ts';
import { isPacked, registerBits, registerNumber, texelFormat, writeTexel, type TexelFormat } from './texel.ts';
import { OUTSIDE, type Texture } from './textures.ts';

interface Place {
  readonly lsb: number;
  readonly width: number;
}

/** Where a modifier or number of an instruction is. */
export function placeOf(instruction: string, name: string): Place {
  const row = rowNamed(instruction);
  const found = row?.byName[name] ?? row?.immediates.find((i) => i.name === name);
  if (found === undefined) throw new Error(`${instruction} has no ${name}`);
  return found;
}

export const fieldOf = (op: MicroOp, { lsb, width }: Place): number => field(op.lo, op.hi, lsb, width);

const FORMAT = placeOf('LD_TEX_IMM', 'register_format');
const SIZE = placeOf('LD_TEX_IMM', 'vector_size');
const TABLE = placeOf('LD_TEX_IMM', 'table');
const INDEX = placeOf('LD_TEX_IMM', 'index');
const TABLE_SHIFT = 24;
/** Tables 12 to 15 of a short handle stand for 60 to 63. */
const SHORT_TABLES = 12;
const HIGH_TABLES = 48;
const FORMAT_MASK = 0x3f_ffff;
const TWO32 = 2 ** 32;

const texel = new Int32Array(4);
const channels = new Float64Array(4);

/** Puts channels into the result set of a lane: one a register, or two for the formats of halves. */
export function putChannels(
  I: Int32Array,
  op: MicroOp,
  at: number,
  values: Float64Array,
  count: number,
  kind: TexelFormat['kind'],
  format: number,
): void {
  for (let n = 0; n < count; n++) {
    const bits = registerBits(values[n]!, kind, format);
    if (!isPacked(format)) {
      if (n < op.outCount) I[at + n * LANES] = bits;
    } else if (n >> 1 < op.outCount) {
      const to = at + (n >> 1) * LANES;
      I[to] = (n & 1) === 0 ? bits & 0xffff : (I[to]! & 0xffff) | (bits << 16);
    }
  }
}

/** The handle that an instruction names: in the word, or in its third source. */
function handleOf(op: MicroOp, immediate: boolean, I: Int32Array, at: number): number {
  if (!immediate) return I[at]!;
  const table = fieldOf(op, TABLE);
  return ((table < SHORT_TABLES ? table : table + HIGH_TABLES) << TABLE_SHIFT) | fieldOf(op, INDEX);
}

const xOf = (t: Texture, xy: number): number => (t.oneD ? xy >>> 0 : xy & 0xffff);
const yOf = (t: Texture, xy: number): number => (t.oneD ? 0 : xy >>> 16);

const loadTexels =
  (immediate: boolean): MessageFunction =>
  ({ file: { I, active }, textures }: MessageContext, op, base, a, b) => {
    const format = fieldOf(op, FORMAT);
    const count = fieldOf(op, SIZE) + 1;
    const c = op.c + (base & op.cm);
    for (let l = 0; l < LANES; l++) {
      if (((active >>> l) & 1) === 0) continue;
      const t = textures.find(handleOf(op, immediate, I, c + l));
      if (t === undefined) return false;
      const xy = I[a + l]!;
      const zl = I[b + l]!;
      let kind: TexelFormat['kind'] = 'UI';
      if (t === 0) channels.fill(0);
      else {
        kind = t.format.kind;
        if (textures.load(t, 0, xOf(t, xy), yOf(t, xy), zl & 0xffff, zl >>> 16, channels) === undefined) return false;
      }
      putChannels(I, op, base + op.out + l, channels, count, kind, format);
    }
    return true;
  };

const addressTexels =
  (immediate: boolean): MessageFunction =>
  ({ file: { I, active }, textures }: MessageContext, op, base, a, b) => {
    const c = op.c + (base & op.cm);
    for (let l = 0; l < LANES; l++) {
      if (((active >>> l) & 1) === 0) continue;
      const t = textures.find(handleOf(op, immediate, I, c + l));
      if (t === undefined) return false;
      const xy = I[a + l]!;
      const zl = I[b + l]!;
      const va = t === 0 ? OUTSIDE : textures.address(t, 0, xOf(t, xy), yOf(t, xy), zl & 0xffff, zl >>> 16);
      if (va === undefined) return false;
      const words = [
        va === OUTSIDE ? 0 : va | 0,
        va === OUTSIDE ? DROPPED_HIGH : Math.floor(va / TWO32) | 0,
        t === 0 ? 0 : t.formatBits,
      ];
      for (let n = 0; n < words.length && n < op.outCount; n++) I[base + op.out + n * LANES + l] = words[n]!;
    }
    return true;
  };

const STORE_FORMAT = placeOf('ST_CVT', 'register_format');
const STORE_SIZE = placeOf('ST_CVT', 'vector_size');

/** Stores the data set of each lane through its conversion. */
const storeTexels: MessageFunction = ({ file: { I, active }, memory, textures }: MessageContext, op, base, a, b) => {
  const format = fieldOf(op, STORE_FORMAT);
  const count = fieldOf(op, STORE_SIZE) + 1;
  let known = -1;
  let conversion: TexelFormat | undefined;
  for (let l = 0; l < LANES; l++) {
    if (((active >>> l) & 1) === 0) continue;
    const before = I[a + l]!;
    const lo = (before + op.imm) | 0;
    const hi = I[a + LANES + l]! + (lo >>> 0 < before >>> 0 ? 1 : 0);
    if (hi === DROPPED_HIGH) continue;
    const bits = I[b + l]! & FORMAT_MASK;
    if (bits !== known) {
      conversion = texelFormat(bits);
      known = bits;
    }
    if (conversion === undefined) {
      textures.refuse((hi >>> 0) * TWO32 + (lo >>> 0));
      return false;
    }
    channels.fill(0);
    for (let n = 0; n < count; n++) {
      const register = isPacked(format) ? n >> 1 : n;
      if (register >= op.inCount) break;
      const word = I[base + op.in + register * LANES + l]!;
      channels[n] = registerNumber(isPacked(format) && (n & 1) === 1 ? word >>> 16 : word, conversion.kind, format);
    }
    writeTexel(channels, conversion, texel);
    if (!memory.store(lo, hi | 0, conversion.bytes, texel)) return false;
    memory.traffic += (conversion.bytes + 3) >>> COST_WORD_SHIFT;
  }
  return true;
};

export const IMAGE_MESSAGES: Readonly<Record<string, MessageFunction>> = {
  LD_TEX: loadTexels(false),
  LD_TEX_IMM: loadTexels(true),
  LEA_TEX: addressTexels(false),
  LEA_TEX_IMM: addressTexels(true),
  ST_CVT: storeTexels,
};
