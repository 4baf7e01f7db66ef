/** Debug information: what the reference firmware's file says, tables written by hand, and files meant to hurt. */
import { readFileSync } from 'node:fs';
import { assert, integer, property, tuple, array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadInput } from '../base/errors.ts';
import { DebugInfo, MAX_SYMBOL_FILE } from './debug-info.ts';
import { FrameTable } from './dwarf-frame.ts';
import { readLineTables } from './dwarf-line.ts';
import { Budget, type DwarfSections } from './dwarf-reader.ts';
import { readScopes } from './dwarf-scopes.ts';

const elf = new Uint8Array(readFileSync(new URL('../../resources/firmware/reference.elf', import.meta.url)));
const symbols = JSON.parse(
  readFileSync(new URL('../../resources/firmware/reference.symbols.json', import.meta.url), 'utf8'),
) as { symbols: { name: string; address: number; size: number }[] };

const none = new Uint8Array(0);
const EMPTY: DwarfSections = {
  info: none,
  abbrev: none,
  line: none,
  str: none,
  lineStr: none,
  strOffsets: none,
  addr: none,
  ranges: none,
  rngLists: none,
  frame: none,
  loc: none,
  locLists: none,
};

const u32 = (v: number): number[] => [v & 255, (v >>> 8) & 255, (v >>> 16) & 255, (v >>> 24) & 255];
const text = (s: string): number[] => [...s].map((c) => c.charCodeAt(0)).concat(0);
const unit = (body: readonly number[]): Uint8Array => Uint8Array.from([...u32(body.length), ...body]);

/** Nothing but BadInput may come out, and soon. */
function survives(body: () => void): void {
  const start = performance.now();
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
  }
  expect(performance.now() - start).toBeLessThan(3000);
}

describe('debug information of the reference firmware', () => {
  const info = new DebugInfo(elf);
  const file = (name: string): number => info.files.findIndex((f) => f.name === name);

  it('has the symbols that are kept beside the image', () => {
    for (const s of symbols.symbols) {
      expect(info.symbol(s.name)?.address).toBe(s.address);
      if (s.size > 0) expect(info.symbolAt(s.address + s.size - 1)?.address).toBe(s.address);
    }
    expect(info.symbolAt(0x7fff_ffff)).toBeUndefined();
  });

  it('leads from lines to addresses and back', () => {
    const main = file('main.c');
    const lines = info.linesWithCode(main);
    expect(lines.length).toBeGreaterThan(50);
    for (const { line } of lines) {
      const stops = info.addressesOf(main, line);
      expect(stops?.line).toBe(line);
      for (const address of stops?.addresses ?? []) {
        expect(info.scopesAt(address)[0]?.name).toBe(info.symbolAt(address)?.name);
      }
    }
    expect(info.addressesOf(main, 1_000_000)).toBeUndefined();
  });

  it('knows what is inlined where', () => {
    const names = info.scopesAt(0x1000).map((s) => s.name);
    expect(names).toEqual(['main_loop', 'doorbells', 'global_doorbell', 'group_doorbell']);
  });

  it('gives unwind rules that begin at the stack pointer', () => {
    const address = info.symbol('main_loop')?.address ?? 0;
    expect(info.frameAt(address)).toMatchObject({ cfaRegister: 13, cfaOffset: 0, returnRegister: 14 });
    expect(info.frameAt(address + 0x100)?.cfaOffset).toBeGreaterThan(0);
    expect(info.frameAt(0x4000_0000)).toBeUndefined();
  });
});

describe('tables by hand', () => {
  it('of DWARF 3: directories, files, and a program of every standard instruction', () => {
    const header = [1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, ...text('inc'), 0, ...text('a.c'), 0, 0, 0];
    const table = [...header, ...text('b.h'), 1, 0, 0, 0];
    const program = [0, 5, 2, ...u32(0x1000), 3, 9, 1, 4, 2, 2, 4, 1, 5, 7, 6, 8, 9, 2, 0, 1, 0x20, 0, 1, 1];
    const line = unit([3, 0, ...u32(table.length), ...table, ...program]);
    const { files, rows } = readLineTables({ ...EMPTY, line }, new Budget('t'));
    expect(files).toEqual([
      { name: 'a.c', directory: '' },
      { name: 'b.h', directory: 'inc' },
    ]);
    expect(rows.map((r) => [r.address, r.file, r.line, r.end])).toEqual(
      [
        [0x1000, 0, 10, false],
        [0x1004, 1, 10, false],
        [0x1017, 1, 10, false],
        [0x1018, 1, 10, false],
        [0x1018, 1, 10, true],
      ].toSorted((a, b) => Number(a[0]) - Number(b[0]) || Number(b[3]) - Number(a[3])),
    );
  });
});

describe('files meant to hurt', () => {
  it('a name that leads in a circle ends', () => {
    // One unit, two functions: each says it is a copy of the other.
    const abbrev = Uint8Array.from([1, 0x11, 1, 0, 0, 2, 0x2e, 0, 0x31, 0x13, 0x11, 0x01, 0x12, 0x06, 0, 0, 0]);
    const first = 12;
    const second = first + 13;
    const entry = (origin: number, low: number): number[] => [2, ...u32(origin), ...u32(low), ...u32(4)];
    const info = unit([4, 0, ...u32(0), 4, 1, ...entry(second, 0x100), ...entry(first, 0x200), 0]);
    const scopes = readScopes({ ...EMPTY, info, abbrev }, new Budget('t'));
    expect(scopes.map((s) => [s.name, s.ranges[0]?.[0]])).toEqual([
      ['', 0x100],
      ['', 0x200],
    ]);
  });

  it('entries nested without end, and units that share one endless table, are refused or end', () => {
    const abbrev = Uint8Array.from([1, 0x2e, 1, 0, 0, 0]);
    const deep = unit([4, 0, ...u32(0), 4, ...Array.from({ length: 5000 }, () => 1)]);
    expect(() => readScopes({ ...EMPTY, info: deep, abbrev }, new Budget('t'))).toThrow(/nested deeper/);
    const bare = Uint8Array.from([1, 0x2e, 1, ...Array.from({ length: 50_000 }, () => [3, 8]).flat()]);
    expect(() => readScopes({ ...EMPTY, info: deep, abbrev: bare }, new Budget('t'))).toThrow(BadInput);
  });

  it('a form that names another form that names another is refused', () => {
    const abbrev = Uint8Array.from([1, 0x2e, 0, 3, 0x16, 0, 0, 0]);
    const info = unit([4, 0, ...u32(0), 4, 1, 0x16, 0x16, 0x16, 8]);
    expect(() => readScopes({ ...EMPTY, info, abbrev }, new Budget('t'))).toThrow(/form 0x16/);
  });

  it('sizes beyond the file are refused with the place', () => {
    const line = Uint8Array.from([...u32(0x7fff_ffff), 5, 0]);
    expect(() => readLineTables({ ...EMPTY, line }, new Budget('t'))).toThrow(BadInput);
    const wide = Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => readLineTables({ ...EMPTY, line: wide }, new Budget('t'))).toThrow(/64-bit DWARF/);
    expect(() => FrameTable.read(unit([...u32(0x1234), ...u32(0), ...u32(4)]), new Budget('t'))).toThrow(
      /common entry/,
    );
  });

  it('a program that asks for work without end meets the budget', () => {
    // One table of 60 kB whose every byte is a row, read from a hundred units.
    const header = [1, 1, 1, 0, 14, 2, 0, 0, 1, ...text('a.c'), 0, 0, 0, 0];
    const one = unit([4, 0, ...u32(header.length), ...header, ...Array.from({ length: 60_000 }, () => 0x20)]);
    const line = new Uint8Array(one.length * 20);
    for (let k = 0; k < 20; k++) line.set(one, k * one.length);
    survives(() => void readLineTables({ ...EMPTY, line }, new Budget('t')));
    expect(() => readLineTables({ ...EMPTY, line }, new Budget('t'))).toThrow(BadInput);
  });

  it('a gigabyte is refused before it is read', () => {
    const large = new Uint8Array(MAX_SYMBOL_FILE + 1);
    large.set(elf.subarray(0, 64));
    expect(() => new DebugInfo(large)).toThrow(/at most 64 MiB/);
    const claims = elf.slice();
    new DataView(claims.buffer).setUint32(new DataView(claims.buffer).getUint32(32, true) + 40 + 20, 0x4000_0000, true);
    expect(() => new DebugInfo(claims)).toThrow(/outside the file/);
  });

  it('every cut of the file is refused or read', () => {
    for (let k = 0; k < 60; k++) survives(() => void new DebugInfo(elf.slice(0, Math.floor((elf.length * k) / 60))));
  });

  it('bytes changed at random give a typed error or an answer', () => {
    const edit = tuple(integer({ min: 0, max: elf.length - 1 }), integer({ min: 0, max: 255 }));
    assert(
      property(array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        const bytes = elf.slice();
        for (const [at, value] of edits) bytes[at] = value;
        survives(() => {
          const info = new DebugInfo(bytes);
          for (const at of [0x64, 0xcdc, 0x1000, 0x2400]) {
            info.frameAt(at);
            info.scopesAt(at);
            info.lineAt(at);
          }
        });
      }),
      { seed: 4711, numRuns: 80 },
    );
  });
});
