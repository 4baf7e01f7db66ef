/** Variables of C programs as the Arm compiler writes them, at rest in the middle of a function. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { BareBus } from '../../emulator/mcu/bare.ts';
import { Core } from '../../emulator/mcu/core.ts';
import type { Machine } from '../../emulator/machine.ts';
import { variableRows } from './debug-variables.ts';
import { DebugSymbols } from './debug-symbols.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-variables-'));
afterAll(() => rmSync(dir, { recursive: true }));

const PROGRAM = `
typedef unsigned long long u64;
enum color { RED, GREEN = 5, BLUE = -3 };
enum flags { F1 = 1, F2 = 2, F4 = 4 };
struct inner { int a; short b[3]; char name[8]; };
struct bits { unsigned a : 3; int b : 5; unsigned c : 20; };
typedef struct node {
  struct node *next; struct inner in; enum color c; struct bits bf; u64 big; double d; const char *text;
} node_t;
static node_t n1, n2;
static volatile int sink;
__attribute__((noinline)) static int leaf(int a, u64 b, node_t *n, char c, _Bool t, float f) {
  int loc = a * 3;
  sink = (int)(b >> 3);
  sink = n->in.a;
  return loc + c + t + (int)f;
}
__attribute__((noinline)) static int mid(int k) {
  int arr[3][2] = {{1, 2}, {3, 4}, {5, k}};
  enum color col = GREEN;
  enum flags fl = F1 | F4;
  static int stat = 77;
  stat += k;
  int r = leaf(k, 0x1122334455667788ull, &n1, 'A', 1, 2.5f);
  sink = arr[k & 1][1];
  return r + col + fl + stat;
}
__attribute__((naked, used)) void start(void) { __asm__("bl run\\n b ."); }
__attribute__((used)) int run(void) {
  n1.next = &n2; n2.next = &n1; n1.in.a = 42; n1.in.name[0] = 'h'; n1.c = BLUE; n1.bf.a = 5; n1.bf.b = -7;
  n1.bf.c = 0x12345; n1.big = 0xdeadbeefcafe; n1.d = 3.25; n1.text = "hello\\n";
  return mid(9);
}
`;
const SCRIPT = `ENTRY(start)
SECTIONS {
  . = 0;
  .vectors : { LONG(0x20400000) LONG(start + 1) }
  .text : { *(.text*) *(.rodata*) }
  .data 0x20000000 : { *(.data*) *(.bss*) }
}`;
const GCC = 'arm-none-eabi-gcc';
const hasGcc = spawnSync(GCC, ['--version']).status === 0;

interface Bench {
  readonly symbols: DebugSymbols;
  readonly machine: Machine;
  runTo(name: string, offset?: number): void;
}

/** A core with the program in its memory, as far as the debugger looks at it. */
function bench(...options: string[]): Bench {
  writeFileSync(path.join(dir, 'p.c'), PROGRAM);
  writeFileSync(path.join(dir, 'p.ld'), SCRIPT);
  const out = path.join(dir, 'p.elf');
  const base = ['-mcpu=cortex-m7', '-mthumb', '-mfloat-abi=soft', '-ffreestanding', '-nostdlib'];
  const made = spawnSync(GCC, [...base, ...options, '-T', 'p.ld', 'p.c', '-o', out, '-lgcc'], {
    cwd: dir,
    encoding: 'utf8',
  });
  expect(made.stderr).not.toContain('error');
  const symbols = new DebugSymbols(() => new Map());
  symbols.load(new Uint8Array(readFileSync(out)), 'p.elf');
  const bus = new BareBus();
  const core = new Core(bus);
  for (const s of symbols.loaded?.elf.segments ?? []) bus.write(s.vaddr, s.data);
  core.reset(bus.ram32[0]!, bus.ram32[1]!);
  const mcuPeek = (address: number): number | undefined => {
    const at = bus.offset(address);
    return at < 0 ? undefined : bus.ram32[at >> 2]! >>> 0;
  };
  return {
    symbols,
    machine: { core, mcuPeek } as unknown as Machine,
    runTo: (name, offset = 0) => {
      const address = (symbols.address(name) ?? -1) + offset;
      core.setBreakpoint(address);
      core.run(100_000);
      core.clearBreakpoint(address);
      expect(core.pc).toBe(address);
    },
  };
}

const shown = ({ machine, symbols }: Bench, frame: number, ...open: string[]): string[] =>
  variableRows(machine, symbols, frame, open).rows.map((r) => `${r.type} ${r.name} = ${r.value}`.trim());

// Needs the Arm compiler.
describe.skipIf(!hasGcc).each(['-gdwarf-5', '-gdwarf-4', '-gdwarf-2'])(
  'variables of a program built with %s',
  (dwarf) => {
    it('at -O0: everything, opened as far as it goes', () => {
      const b = bench(dwarf, '-O0');
      b.runTo('leaf', 16);
      const rows = shown(b, 0, '0.2', '0.2.0', '0.2.1', '0.2.1.1', '0.2.3');
      expect(rows).toContain('int a = 9');
      expect(rows).toContain('u64 b = 1234605616436508552 (0x1122334455667788)');
      expect(rows).toContain("char c = 65 'A'");
      expect(rows).toContain('_Bool t = true');
      expect(rows).toContain('float f = 2.5');
      expect(rows.find((r) => r.startsWith('node_t * n'))).toMatch(/ = 0x2000[0-9a-f]{4}/);
      expect(rows).toContain('int a = 42 (0x2a)');
      expect(rows).toContain('char[8] name = "h"');
      expect(rows).toContain('enum color c = BLUE (-3)');
      expect(rows).toContain('unsigned int : 3 a = 5');
      expect(rows).toContain('int : 5 b = -7 (0x19)');
      expect(rows).toContain('unsigned int : 20 c = 74565 (0x12345)');
      expect(rows).toContain('double d = 3.25');
      expect(rows.some((r) => r.startsWith('const char * text') && r.includes('"hello\\x0a"'))).toBe(true);
      // A list in a circle is opened as far as it was asked for.
      expect(rows.filter((r) => r.startsWith('struct node * next'))).toHaveLength(2);
    });

    it('at -O1: what registers and lists of locations still have, in both frames', () => {
      const b = bench(dwarf, '-O1');
      b.runTo('leaf');
      const inner = shown(b, 0);
      expect(inner).toContain('int a = 9');
      expect(inner).toContain('u64 b = 1234605616436508552 (0x1122334455667788)');
      expect(inner).toContain('float f = 2.5');
      expect(inner).toContain('int loc = optimized out');
      const outer = shown(b, 1);
      expect(outer).toContain('enum color col = GREEN (5)');
      expect(outer).toContain('enum flags fl = F1 | F4 (5)');
      expect(outer).toContain('int stat = 86 (0x56)');
    });

    it('at -O2 and -Os: no value is made up', () => {
      for (const level of ['-O2', '-Os']) {
        const b = bench(dwarf, level);
        b.runTo(b.symbols.loaded?.symbols.find((s) => s.name.startsWith('leaf'))?.name ?? 'run');
        for (const row of variableRows(b.machine, b.symbols, 0, []).rows) {
          if (row.kind !== 'group' && row.name === 'a' && !row.lost) expect(row.value).toBe('9');
        }
      }
    });
  },
);

describe('without what it needs', () => {
  it('says so', () => {
    const symbols = new DebugSymbols(() => new Map());
    const core = new Core(new BareBus());
    const machine = { core, mcuPeek: () => undefined } as unknown as Machine;
    expect(variableRows(machine, symbols, 0, [])).toEqual({ rows: [], problem: 'there is no symbol file' });
    const elf = new URL('../../../resources/firmware/reference.elf', import.meta.url);
    symbols.load(new Uint8Array(readFileSync(elf)), 'reference.elf');
    expect(variableRows(machine, symbols, 0, []).problem).toContain('no variables');
    expect(() => variableRows(machine, symbols, 7, [])).toThrow(UsageError);
  });
});
