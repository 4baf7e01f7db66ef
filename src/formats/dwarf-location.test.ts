/** Where variables are: expressions by hand, those meant to hurt, and the file of the reference firmware bent. */
import { readFileSync } from 'node:fs';
import { array, assert, integer, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadInput } from '../base/errors.ts';
import { DebugInfo } from './debug-info.ts';
import { locate, OPTIMIZED_OUT, type LocationFrame, type Piece } from './dwarf-location.ts';
import type { DwarfSections } from './dwarf-reader.ts';
import type { Unit } from './dwarf-units.ts';

const elf = new Uint8Array(readFileSync(new URL('../../resources/firmware/reference.elf', import.meta.url)));
const none = new Uint8Array(0);
const sections: DwarfSections = {
  info: none,
  abbrev: none,
  line: none,
  str: none,
  lineStr: none,
  strOffsets: none,
  addr: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0x78, 0x56, 0x34, 0x12),
  ranges: none,
  rngLists: none,
  frame: none,
  loc: none,
  locLists: none,
};
const unit: Unit = {
  version: 5,
  addressSize: 4,
  sections,
  start: 0,
  end: 0,
  strOffsetsBase: 8,
  addrBase: 8,
  rngListsBase: 12,
  locListsBase: 12,
  low: 0,
};
const FBREG_8 = Uint8Array.of(0x91, 0x08);
const frame = (frameBase: Uint8Array | undefined = Uint8Array.of(0x9c)): LocationFrame => ({
  register: (n) => (n < 16 ? 0x100 * n : undefined),
  cfa: () => 0x2000_0040,
  frameBase,
  memory: (address, length) =>
    address < 0x3000_0000 ? Uint8Array.from({ length }, (_, k) => (address + k) & 0xff) : undefined,
  baseType: () => undefined,
});
const at = (...bytes: number[]): readonly Piece[] => locate(Uint8Array.from(bytes), unit, frame());
const only = (...bytes: number[]): Piece['place'] | undefined => at(...bytes)[0]?.place;
const value = (...bytes: number[]): number => {
  const place = only(...bytes, 0x9f);
  return place?.kind === 'value' ? new DataView(Uint8Array.from(place.bytes).buffer).getUint32(0, true) : Number.NaN;
};
const lostBy = (...bytes: number[]): string => {
  const place = only(...bytes);
  return place?.kind === 'lost' ? place.why : '';
};

describe('location expressions', () => {
  it('lead to memory, registers and values', () => {
    expect(only(0x03, 1, 0, 0, 0x20)).toEqual({ kind: 'memory', address: 0x2000_0001 });
    expect(only(0x91, 0x7c)).toEqual({ kind: 'memory', address: 0x2000_003c });
    expect(only(0x7d, 4)).toEqual({ kind: 'memory', address: 0xd04 });
    expect(only(0x92, 3, 0x7f)).toEqual({ kind: 'memory', address: 0x2ff });
    expect(only(0x54)).toEqual({ kind: 'register', register: 4 });
    expect(only(0x90, 11)).toEqual({ kind: 'register', register: 11 });
    expect(only(0x9e, 2, 7, 8)).toEqual({ kind: 'value', bytes: Uint8Array.of(7, 8) });
    expect(only(0xa1, 0)).toEqual({ kind: 'memory', address: 0x1234_5678 });
  });

  it('come in pieces, some of them lost', () => {
    expect(at(0x52, 0x93, 4, 0x53, 0x93, 4, 0x93, 2)).toEqual([
      { size: 4, place: { kind: 'register', register: 2 } },
      { size: 4, place: { kind: 'register', register: 3 } },
      { size: 2, place: { kind: 'lost', why: OPTIMIZED_OUT } },
    ]);
  });

  it.each([
    ['a constant', [0x0d, 0xfe, 0xff, 0xff, 0xff], 0xffff_fffe],
    ['neg', [0x35, 0x1f], 0xffff_fffb],
    ['minus wraps', [0x30, 0x31, 0x1c], 0xffff_ffff],
    ['div is signed', [0x11, 0x78, 0x32, 0x1b], 0xffff_fffc],
    ['shra', [0x11, 0x78, 0x31, 0x26], 0xffff_fffc],
    ['shr', [0x11, 0x78, 0x31, 0x25], 0x7fff_fffc],
    ['shl by 40', [0x31, 0x08, 40, 0x24], 0],
    ['lt is signed', [0x11, 0x7f, 0x31, 0x2d], 1],
    ['rot', [0x31, 0x32, 0x33, 0x17, 0x1c], 0xffff_ffff],
    ['pick', [0x35, 0x36, 0x15, 1], 5],
    ['plus_uconst', [0x31, 0x23, 0x80, 1], 129],
    ['deref', [0x0c, 4, 0, 0, 0x20, 0x06], 0x0706_0504],
    ['deref_size', [0x0c, 4, 0, 0, 0x20, 0x94, 2], 0x0504],
    ['bra', [0x31, 0x28, 1, 0, 0x35, 0x37], 7],
  ])('%s', (_, bytes, want) => expect(value(...bytes)).toBe(want));

  it('what is lost says so', () => {
    expect(lostBy()).toBe(OPTIMIZED_OUT);
    expect(lostBy(0xa3, 1, 0x50, 0x9f)).toBe(OPTIMIZED_OUT);
    expect(lostBy(0xf3, 1, 0x50, 0x9f)).toBe(OPTIMIZED_OUT);
    expect(only(0x90, 0xc8, 1)).toEqual({ kind: 'register', register: 200 });
    expect(lostBy(0x92, 0xc8, 1, 0)).toBe(OPTIMIZED_OUT);
    expect(lostBy(0xe0)).toContain('0xe0');
  });

  it('damaged ones end, and say so', () => {
    expect(lostBy(0x2f, 0xfd, 0xff)).toContain('without end');
    expect(lostBy(0x31, 0x12, 0x2f, 0xfc, 0xff)).toContain('full');
    expect(lostBy(0x22)).toContain('empty');
    expect(lostBy(0x31, 0x30, 0x1b)).toContain('division by 0');
    expect(lostBy(0x03, 1)).toContain('damaged');
    expect(lostBy(0x2f, 0, 0x7f)).toContain('damaged');
    expect(lostBy(0x0c, 0, 0, 0, 0x40, 0x06)).toContain('nothing answers');
    // A frame base that is an offset from the frame base.
    expect(locate(FBREG_8, unit, frame(FBREG_8))[0]?.place.kind).toBe('lost');
    expect(locate(FBREG_8, unit, frame(none))[0]?.place.kind).toBe('lost');
  });

  it('any bytes give pieces', () => {
    assert(
      property(uint8Array({ maxLength: 40 }), (bytes) => {
        expect(locate(bytes, unit, frame()).length).toBeGreaterThanOrEqual(0);
      }),
      { seed: 20261122, numRuns: 3000 },
    );
  });
});

/** Variables at some addresses of a file, all of what is asked of them. */
function look(info: DebugInfo): number {
  let count = 0;
  for (const { address, size, kind } of info.symbols) {
    if (kind !== 'function') continue;
    for (const pc of [address, address + (size >> 1)]) {
      for (const { variables } of info.variablesAt(pc)) {
        for (const v of variables) {
          count += v.pieces(frame()).length;
          v.type?.members();
          v.type?.values();
          v.type?.target()?.target();
        }
      }
    }
  }
  return count;
}

describe('variables of the reference firmware', () => {
  it('have names and types', () => {
    const info = new DebugInfo(elf);
    expect(look(info)).toBeGreaterThan(100);
    const named = info.symbols
      .filter((s) => s.kind === 'function')
      .flatMap((s) => info.variablesAt(s.address).flatMap((g) => g.variables));
    expect(named.every((v) => v.name !== '' && v.type !== undefined && v.type.name !== '?')).toBe(true);
    expect(named.some((v) => v.type?.kind === 'pointer')).toBe(true);
  });

  it('bytes changed at random give a typed error or an answer', () => {
    const info = new DebugInfo(elf);
    const from = Math.min(...info.elf.sections.filter((s) => s.name.startsWith('.debug_')).map((s) => s.offset));
    const change = tuple(integer({ min: from, max: elf.length - 1 }), integer({ min: 0, max: 255 }));
    assert(
      property(array(change, { minLength: 1, maxLength: 30 }), (changes) => {
        const bent = elf.slice();
        for (const [offset, byte] of changes) bent[offset] = byte;
        try {
          look(new DebugInfo(bent));
        } catch (error) {
          expect(error).toBeInstanceOf(BadInput);
        }
      }),
      { seed: 4711, numRuns: 25 },
    );
  });
});
