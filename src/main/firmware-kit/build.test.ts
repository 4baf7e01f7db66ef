import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BadInput } from '../../base/errors.ts';
import { parseImage } from '../../spec/firmware/image.ts';
import { buildFirmware, buildFromElf, compilerVersion } from './build.ts';
import type { SymbolFile } from './build.ts';
import { parseDescription } from './description.ts';
import { readFirmwareElf } from './elf-firmware.ts';
import { imageFromElf } from './elf-image.ts';
import { interfaceHeader, mcuHeader } from './headers.ts';

const DIR = path.resolve(import.meta.dirname, '../../../resources/firmware');
const file = (name: string): Buffer => readFileSync(path.join(DIR, name));
const symbols: SymbolFile = JSON.parse(file('reference.symbols.json').toString());
const compiler = await compilerVersion();

describe('the committed image', () => {
  const image = parseImage(file('reference.bin'));

  it('is what its hash says, and a driver takes it without a warning', () => {
    const [sha, name] = file('reference.sha256').toString().trim().split('  ');
    expect(name).toBe('reference.bin');
    expect(createHash('sha256').update(file('reference.bin')).digest('hex')).toBe(sha);
    expect(image.warnings).toEqual([]);
  });

  it('is made of the linked file beside it, which debuggers read', () => {
    const about = parseDescription(file('firmware.json').toString(), 'firmware.json');
    const made = imageFromElf(new Uint8Array(file('reference.elf')), symbols.gitSha, about);
    expect(Buffer.from(made).equals(file('reference.bin'))).toBe(true);
  });

  it('has code at 0, apart from data and stack, and the shared section', () => {
    const rows = image.sections.map((s) => [s.vaStart, s.flags, s.data.length > 0]);
    expect(rows).toEqual([
      [0x0000_0000, 0x0000_000d, true],
      [0x0010_0000, 0x8000_000b, true],
      [0x0020_0000, 0x8000_000b, false],
      [0x0400_0000, 0xc000_0003, false],
    ]);
  });

  it('begins with a vector table: top of the stack, reset in Thumb state', () => {
    const code = new DataView(Uint8Array.from(image.sections[0]?.data ?? []).buffer);
    const reset = symbols.symbols.find((s) => s.name === 'reset');
    expect(code.getUint32(0, true)).toBe(0x0020_1000);
    expect(code.getUint32(4, true)).toBe((reset?.address ?? 0) + 1);
  });

  it('carries the sha of its sources, which the symbols beside it carry too', () => {
    const info = image.entries.find((e) => e.kind === 'build-info');
    expect(info).toMatchObject({ gitSha: symbols.gitSha });
  });

  it('metadata point into the shared section', () => {
    const config = image.entries.find((e) => e.kind === 'config');
    const log = image.entries.find((e) => e.kind === 'trace-buffer');
    const address = (name: string) => symbols.symbols.find((s) => s.name === name)?.address;
    expect(config?.address).toBe(address('tunables'));
    expect(log?.sizeAddress).toBe(address('fwlog'));
    expect(log?.traceEnableAddress).toBe((address('fwlog') ?? 0) + 16);
  });
});

describe('generated headers', () => {
  it('are those in the repository', () => {
    const text = (name: string) => file(path.join('generated', name)).toString().replaceAll('\r\n', '\n');
    expect(text('mali_mcu.h')).toBe(mcuHeader());
    expect(text('csf_interface.h')).toBe(interfaceHeader());
  });
});

/** Another compiler makes another image, so only the one that made the committed image can be compared. */
const same = compiler === symbols.compiler;
const reason = compiler === undefined ? 'arm-none-eabi-gcc is not installed' : `needs ${symbols.compiler}`;

describe('building', () => {
  it.skipIf(!same)(`gives the committed image from any folder (skipped: ${reason})`, async () => {
    const copy = await mkdtemp(path.join(tmpdir(), 'tyr-build-test-'));
    try {
      await cp(DIR, copy, { recursive: true });
      const built = await buildFirmware(copy);
      expect(Buffer.from(built.image).equals(file('reference.bin'))).toBe(true);
      expect(built.symbols).toEqual(symbols);
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it.skipIf(compiler === undefined)(`names the first error of the compiler (skipped: ${reason})`, async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'tyr-build-test-'));
    try {
      await cp(path.join(DIR, 'firmware.ld'), path.join(dir, 'firmware.ld'));
      await cp(path.join(DIR, 'src'), path.join(dir, 'src'), { recursive: true });
      await writeFile(path.join(dir, 'src', 'broken.c'), 'int broken(void) { return nothing; }\n');
      await writeFile(
        path.join(dir, 'firmware.json'),
        JSON.stringify({
          sources: ['src'],
          include: ['src', 'generated'],
          headers: 'generated',
          linker: 'firmware.ld',
        }),
      );
      await expect(buildFirmware(dir)).rejects.toThrow(/broken\.c.*nothing/s);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('a folder without description is a bad input', async () => {
    if (compiler === undefined) await expect(buildFirmware('/')).rejects.toThrow(/not installed/);
    else await expect(buildFirmware('/')).rejects.toBeInstanceOf(BadInput);
  });
});

describe('descriptions', () => {
  it('refuse what could leave the folder or reach the shell, and name the key', () => {
    const refused = (extra: object) => () =>
      parseDescription(JSON.stringify({ sources: ['src'], linker: 'a.ld', ...extra }), 'firmware.json');
    expect(refused({ linker: '../../x.ld' })).toThrow(/linker/);
    expect(refused({ sources: ['/etc'] })).toThrow(/sources/);
    expect(refused({ flags: ['-fplugin=/tmp/x.so'] })).toThrow(/flags/);
    expect(refused({ flags: ['-o'] })).toThrow(/flags/);
    expect(refused({ surprise: 1 })).toThrow(BadInput);
    expect(() => parseDescription('{', 'firmware.json')).toThrow(/JSON/);
  });
});

/** A hand-made ELF: one code segment with vectors, one shared segment without bytes. */
function elf(edit: (v: DataView) => void = () => undefined): Uint8Array {
  const bytes = new Uint8Array(0x100);
  const v = new DataView(bytes.buffer);
  v.setUint32(0, 0x464c_457f, true);
  bytes.set([1, 1, 1], 4);
  v.setUint16(0x10, 2, true);
  v.setUint16(0x12, 40, true);
  v.setUint32(0x1c, 0x34, true);
  v.setUint16(0x2a, 32, true);
  v.setUint16(0x2c, 2, true);
  const program = (at: number, words: readonly number[]) => words.forEach((w, i) => v.setUint32(at + 4 * i, w, true));
  program(0x34, [1, 0xc0, 0, 0, 0x40, 0x40, 5, 0x1000]);
  program(0x54, [1, 0, 0x0400_0000, 0, 0, 0x1800, 6, 0x1000]);
  v.setUint32(0xc0, 0x0400_1000, true);
  edit(v);
  return bytes;
}

describe('ELF files', () => {
  it('segments become sections: flags from the segment, memory rounded to pages', () => {
    const image = parseImage(buildFromElf(elf()).image);
    expect(image.sections.map((s) => [s.vaStart, s.vaEnd, s.flags])).toEqual([
      [0, 0x1000, 0x0d],
      [0x0400_0000, 0x0400_2000, 0xc000_0003],
    ]);
    expect(image.sections[0]?.data.length).toBe(0x40);
  });

  it.each([
    ['other class', 4, (v: DataView) => v.setUint8(4, 2)],
    ['relocatable', 0x10, (v: DataView) => v.setUint16(0x10, 1, true)],
    ['other machine', 0x12, (v: DataView) => v.setUint16(0x12, 62, true)],
    ['more bytes than memory', 0x34, (v: DataView) => v.setUint32(0x44, 0x41, true)],
    ['segment not aligned', 0xc0, (v: DataView) => v.setUint32(0x3c, 0x10, true)],
  ])('refuse: %s', (_, offset, edit) => {
    try {
      buildFromElf(elf(edit));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadInput);
      if (error instanceof BadInput) expect(error.detail.offset).toBe(offset);
    }
  });

  it('cut at any place: a bad input or a smaller truth, never a crash', () => {
    const whole = elf();
    for (let length = 0; length < whole.length; length++) {
      try {
        readFirmwareElf(whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(BadInput);
      }
    }
  });
});
