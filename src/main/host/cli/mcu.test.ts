import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { run } from './mcu.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-mcu-'));
afterAll(() => rmSync(dir, { recursive: true }));
const fixture = new URL('../../../emulator/mcu/fixtures/int-sample.jsonl', import.meta.url);
const sample = readFileSync(fixture, 'utf8');

function file(name: string, content: string | Uint8Array): string {
  const to = path.join(dir, name);
  writeFileSync(to, content);
  return to;
}

/** Runs with --json; the code and the document. */
async function json(...args: string[]): Promise<{ code: number; value: Record<string, unknown> }> {
  let text = '';
  const code = await run([...args, '--json'], { out: (t) => void (text += t), err: () => undefined });
  return { code, value: JSON.parse(text) as Record<string, unknown> };
}

/** Vector table and a program at 0x40 in halfwords. */
function image(...code: number[]): Uint8Array {
  const words = new Uint16Array(0x20 + code.length);
  words.set([0x8000, 0x2000, 0x41, 0]);
  words.set(code, 0x20);
  return new Uint8Array(words.buffer);
}

describe('mcu vectors', () => {
  it('passes the sample, plain and packed, and counts by group', async () => {
    const { code, value } = await json('vectors', file('a.jsonl', sample), file('b.jsonl.gz', gzipSync(sample)));
    expect(code).toBe(0);
    expect(value).toMatchObject({ passed: 744, failed: 0, skipped: 0, failures: [] });
    expect(value['byGroup']).toMatchObject({ simd: { passed: 24, failed: 0, skipped: 0 } });
  });

  it('exits 1 for a corrupted expectation and says what differs', async () => {
    const [first, ...rest] = sample.trim().split('\n');
    const wrong = first!.replace(/"pc":(\d+)/, (_, pc: string) => `"pc":${Number(pc) + 2}`);
    const { code, value } = await json('vectors', file('c.jsonl', [wrong, ...rest].join('\n')));
    expect(code).toBe(1);
    expect(value).toMatchObject({ failed: 1, passed: 371 });
    expect(JSON.stringify(value['failures'])).toContain('pc is 0x10002, expected 0x10004');
  });

  it('refuses what is no file of vectors', async () => {
    await expect(json('vectors', file('d.jsonl', '{"a":1}\n'))).rejects.toThrow(BadInput);
    await expect(json('vectors', file('e.jsonl', ''))).rejects.toThrow('no vectors');
    await expect(json('vectors', file('f.jsonl.gz', 'not packed'))).rejects.toThrow(BadInput);
    await expect(json('vectors', path.join(dir, 'none'))).rejects.toThrow(BadInput);
    await expect(json('vectors')).rejects.toThrow(UsageError);
    await expect(json('vectors', 'x', '--engine', 'magic')).rejects.toThrow(UsageError);
  });
});

describe('mcu run', () => {
  it('runs a program to its exit', async () => {
    // movs r0, #0x18; ldr r1, =0x20026; bkpt 0xab; literal
    const program = image(0x2018, 0x4901, 0xbeab, 0xe7fe, 0x0026, 0x0002);
    const { code, value } = await json('run', file('exit.bin', program));
    expect(code).toBe(0);
    expect(value).toMatchObject({ instructions: 3, exit: 0, stdout: '', end: 'exit' });
    expect(value['mips']).toBeTypeOf('number');
  });

  it('begins where it is told, with either engine alike', async () => {
    const program = file('plain.bin', image(0x2018, 0x4901, 0xbeab, 0xe7fe, 0x0026, 0x0002).fill(0, 0, 8));
    for (const engine of ['interpreter', 'translator']) {
      const { value } = await json('run', program, '--entry', '0x40', '--engine', engine);
      expect(value).toMatchObject({ instructions: 3, exit: 0, end: 'exit' });
    }
  });

  it('ends with 5 at a limit of virtual time, which is exact', async () => {
    const { code, value } = await json('run', file('loop.bin', image(0xe7fe)), '--limit-ms', '1');
    expect(code).toBe(5);
    expect(value).toMatchObject({ instructions: 25_000, end: 'limit-ms', virtualNs: 1_000_000 });
  });

  it('reports lockup, and refuses images that do not fit', async () => {
    const { code, value } = await json('run', file('udf.bin', image(0xde00)));
    expect(code).toBe(1);
    expect(value).toMatchObject({ end: 'lockup' });
    await expect(json('run', file('big.bin', new Uint8Array(5 << 20)))).rejects.toThrow('outside the memory');
  });
});

const C_SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int by(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
int main(void) {
  const char *words[] = {"thumb", "mali", "csf", "valhall", "panthor", "tyr"};
  char **copy = malloc(sizeof words);
  for (int i = 0; i < 6; i++) copy[i] = strdup(words[i]);
  qsort(copy, 6, sizeof *copy, by);
  for (int i = 0; i < 6; i++) printf("%d %-8s|%5.2f\\n", i, copy[i], i * 1.25 + strlen(copy[i]));
  long long s = 0;
  for (int i = 1; i < 20000; i++) s += (long long)i * i % 7919;
  printf("%lld %u\\n", s, 0xffffffffu / 7);
  return 0;
}`;
const LINKER_SCRIPT = `ENTRY(_start)
SECTIONS {
  . = 0;
  .vectors : { LONG(0x20400000) LONG(_start + 1) . = 0x100; }
  .text : { KEEP(*(.init)) *(.text*) KEEP(*(.fini)) *(.rodata*) *(.eh_frame*) }
  .ARM.exidx : { __exidx_start = .; *(.ARM.exidx*) __exidx_end = .; }
  .init_array : {
    __preinit_array_start = .; __preinit_array_end = .;
    __init_array_start = .; KEEP(*(.init_array*)) __init_array_end = .;
    __fini_array_start = .; KEEP(*(.fini_array*)) __fini_array_end = .;
  }
  . = 0x20000000;
  .data : { *(.data*) }
  .bss : { __bss_start__ = .; *(.bss*) *(COMMON) __bss_end__ = .; }
  end = .; _end = .; __end__ = .;
}`;
const GCC = 'arm-none-eabi-gcc';
const OPTIONS = ['-mcpu=cortex-m7', '-mthumb', '-O2', '-mfloat-abi=soft', '--specs=rdimon.specs'];
const QEMU = 'qemu-system-arm';
const hasGcc = spawnSync(GCC, ['-print-file-name=rdimon.specs'], { encoding: 'utf8' }).stdout?.includes('/') === true;
const hasQemu = spawnSync(QEMU, ['--version']).status === 0;

describe.skipIf(!hasGcc)(`a C program on newlib${hasGcc ? '' : ' (skipped: no arm-none-eabi-gcc with newlib)'}`, () => {
  const elf = path.join(dir, 'program.elf');
  const build = (...more: string[]): number | null =>
    spawnSync(GCC, [...OPTIONS, file('program.c', C_SOURCE), '-o', elf, ...more]).status;

  it('prints the same with both engines, linked by default or with a vector table', async () => {
    expect(build()).toBe(0);
    const plain = await json('run', elf);
    expect(build('-T', file('program.ld', LINKER_SCRIPT))).toBe(0);
    const [one, other] = [await json('run', elf), await json('run', elf, '--engine', 'translator')];
    expect(one.value['stdout']).toMatch(/^0 csf {5}\| 3\.00\n.*\n77221688 613566756\n$/s);
    expect(plain.value['stdout']).toBe(one.value['stdout']);
    expect([other.code, other.value['stdout']]).toEqual([0, one.value['stdout']]);
    expect(other.value['instructions']).toBe(one.value['instructions']);
  });

  it.skipIf(!hasQemu)(
    `prints what QEMU prints${hasQemu ? '' : ` (skipped: no ${QEMU})`}`,
    async () => {
      expect(build('-T', file('program.ld', LINKER_SCRIPT))).toBe(0);
      const console = ['-nographic', '-monitor', 'none', '-serial', 'none'];
      const options = [
        '-M',
        'mps2-an500',
        ...console,
        '-semihosting-config',
        'enable=on,target=native',
        '-kernel',
        elf,
      ];
      const qemu = spawnSync(QEMU, options, { encoding: 'utf8', timeout: 20_000 });
      expect((await json('run', elf, '--engine', 'translator')).value['stdout']).toBe(qemu.stdout);
    },
    30_000,
  );
});

it('mcu dis lists a plain file from its base', async () => {
  const code = Uint8Array.from([0x01, 0x20, 0x00, 0xf0, 0x02, 0xf8, 0x70, 0x47]);
  const { value } = await json('dis', file('code.bin', code), '--base', '0x100');
  expect(value).toEqual({ text: ['movs r0, #1', 'bl 0x10a', 'bx lr'], addresses: ['0x100', '0x102', '0x106'] });
});

it('mcu dis names the functions of an ELF file', async () => {
  const elf = new URL('../../../../resources/firmware/reference.elf', import.meta.url).pathname;
  const { code, value } = await json('dis', elf);
  expect(code).toBe(0);
  expect(JSON.stringify(value['names'])).toContain('"main_loop"');
});
