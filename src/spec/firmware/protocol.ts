/**
 * How host and firmware talk through a pair of words, `req` (host) and `ack` (firmware), at every level of the
 * interface (global, CSG, CS). Each word has one writer; what is pending is always "the bits differ".
 * Source: panthor_fw.h and panthor_sched.c (request handling), Arm names as in kbase's GPL register header.
 */
import type { FieldInit } from '../registers/define.ts';
import { mask32 } from '../../base/bits.ts';

/**
 * toggle: the host flips the bit against `ack`, the firmware acts and copies it.
 * level: the host writes the wanted value, the firmware follows and copies it.
 * event: the firmware flips the bit in `ack` against `req`, the host handles it and copies it.
 */
export type RequestKind = 'toggle' | 'level' | 'event';

/** A bit (or small field) of a req/ack pair. */
export interface RequestBit extends FieldInit {
  readonly kind: RequestKind;
  /** First interface version that has it and first that has it no more, packed as in GLB_CONTROL.VERSION. */
  readonly since?: number;
  readonly until?: number;
}

export type RequestWord = Readonly<Record<string, RequestBit>>;

type RequestExtra = Omit<RequestBit, 'lsb' | 'width' | 'doc' | 'kind'>;

function request<const K extends RequestKind>(kind: K) {
  return <const W extends number = 1, const X extends RequestExtra = Record<never, never>>(
    lsb: number,
    doc: string,
    width?: W,
    extra?: X,
  ): { readonly lsb: number; readonly width: W; readonly doc: string; readonly kind: K } & X => ({
    lsb,
    width: (width ?? 1) as W,
    doc,
    kind,
    ...(extra as X),
  });
}

export const toggle = request('toggle');
export const level = request('level');
export const event = request('event');

/** All bits of the given kinds as one unsigned mask. */
export function maskOf(word: RequestWord, ...kinds: readonly RequestKind[]): number {
  let mask = 0;
  for (const b of Object.values(word)) {
    if (kinds.includes(b.kind)) mask |= mask32(b.width) << b.lsb;
  }
  return mask >>> 0;
}

/** The mask of one named bit or field of a request word, unsigned. */
export function requestMask<const W extends RequestWord>(word: W, ...names: readonly (keyof W & string)[]): number {
  let mask = 0;
  for (const name of names) {
    const b = word[name];
    if (b !== undefined) mask |= mask32(b.width) << b.lsb;
  }
  return mask >>> 0;
}

/** The interface version word: major[31:24], minor[23:16], patch[15:0]. */
export function packVersion(major: number, minor: number, patch: number): number {
  return ((major << 24) | (minor << 16) | patch) >>> 0;
}

/** `1.1.0` for the word 0x01010000. */
export function versionText(version: number): string {
  return `${version >>> 24}.${(version >>> 16) & 0xff}.${version & 0xffff}`;
}
