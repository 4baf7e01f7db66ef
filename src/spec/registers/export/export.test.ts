/** What other tools do with the exports: parse, validate, compile. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allBlocks, findRegister, GPU_CONTROL, hostBlocks } from '../index.ts';
import { exportMcuHeader, registerFormats } from './index.ts';

interface Xml {
  readonly name: string;
  readonly children: Xml[];
  text: string;
}

/** Reads XML without comments or CDATA; throws when tags do not match or characters are not escaped. */
function parseXml(source: string): Xml {
  const root: Xml = { name: '', children: [], text: '' };
  const stack = [root];
  const token = /<\?[^>]*\?>|<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    const top = stack.at(-1);
    if (match === null || top === undefined) throw new Error(`not XML at ${at}: ${source.slice(at, at + 60)}`);
    const [, close, name, , empty, text] = match;
    if (text !== undefined) {
      if (/[>]|&(?!(amp|lt|gt|quot);)/.test(text)) throw new Error(`unescaped: ${text}`);
      top.text += text.trim();
    } else if (name !== undefined && close === '/') {
      if (top.name !== name) throw new Error(`</${name}> closes <${top.name}>`);
      stack.pop();
    } else if (name !== undefined) {
      const child: Xml = { name, children: [], text: '' };
      top.children.push(child);
      if (empty !== '/') stack.push(child);
    }
  }
  if (stack.length !== 1) throw new Error('not closed');
  return root;
}

const all = (xml: Xml, name: string): Xml[] =>
  xml.children.flatMap((c) => [...(c.name === name ? [c] : []), ...all(c, name)]);
const child = (xml: Xml, name: string) => xml.children.find((c) => c.name === name)?.text;

/** Order of child elements in the schema of CMSIS-SVD 1.3, as far as we write them. */
const ORDER: Readonly<Record<string, string>> = {
  device:
    'vendor vendorID name series version description licenseText cpu headerSystemFilename headerDefinitionsPrefix addressUnitBits width size access protection resetValue resetMask peripherals',
  cpu: 'name revision endian mpuPresent fpuPresent nvicPrioBits vendorSystickConfig',
  peripheral: 'dim dimIncrement name version description groupName baseAddress addressBlock interrupt registers',
  addressBlock: 'offset size usage',
  cluster: 'dim dimIncrement name description alternateCluster headerStructName addressOffset register',
  register:
    'dim dimIncrement name displayName description alternateGroup alternateRegister addressOffset size access protection resetValue resetMask dataType modifiedWriteValues writeConstraint readAction fields',
  field: 'name description bitOffset bitWidth access modifiedWriteValues writeConstraint readAction enumeratedValues',
  enumeratedValue: 'name description value',
};

describe('SVD', () => {
  const device = parseXml(registerFormats.svd(allBlocks)).children.find((c) => c.name === 'device');
  if (device === undefined) throw new Error('no device');

  it('has the elements of the schema in the order of the schema', () => {
    for (const [parent, names] of Object.entries(ORDER)) {
      const order = names.split(' ');
      for (const node of [device, ...all(device, parent)].filter((n) => n.name === parent)) {
        const places = node.children.map((c) => order.indexOf(c.name));
        expect(places, `${parent} ${child(node, 'name') ?? ''}`).not.toContain(-1);
        expect([...places].sort((a, b) => a - b)).toEqual(places);
      }
    }
  });

  it('has unique names, fields apart, and no two address blocks at one place', () => {
    const taken: (readonly [number, number])[] = [];
    for (const peripheral of all(device, 'peripheral')) {
      const names = all(peripheral, 'register').map((r) => child(r, 'name'));
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[A-Z][A-Z0-9_]*(\[%s\]|%s[A-Z0-9_]*)?$/);
      const base = Number(child(peripheral, 'baseAddress'));
      for (const area of all(peripheral, 'addressBlock')) {
        const first = base + Number(child(area, 'offset'));
        taken.push([first, first + Number(child(area, 'size'))]);
      }
    }
    taken.sort((a, b) => a[0] - b[0]);
    taken.forEach(([first], i) => expect(first).toBeGreaterThanOrEqual(taken[i - 1]?.[1] ?? 0));
    for (const register of all(device, 'register')) {
      const fields = all(register, 'field').map(
        (f) => [Number(child(f, 'bitOffset')), Number(child(f, 'bitWidth'))] as const,
      );
      fields.sort((a, b) => a[0] - b[0]);
      fields.forEach(([lsb], i) => {
        const [before = 0, width = 0] = fields[i - 1] ?? [];
        expect(lsb, child(register, 'name')).toBeGreaterThanOrEqual(before + width);
      });
    }
  });

  it('unfolds to every register we have', () => {
    const count = (node: Xml): number =>
      node.children
        .filter((c) => (c.name === 'register' && !child(c, 'alternateRegister')) || c.name === 'cluster')
        .reduce((n, c) => n + Number(child(c, 'dim') ?? 1) * (c.name === 'cluster' ? count(c) : 1), 0);
    const total = all(device, 'registers').reduce((n, registers) => n + count(registers), 0);
    const ours = allBlocks.flatMap((b) => b.registers).reduce((n, r) => n + r.elements().length, 0);
    expect(total).toBe(ours);
  });
});

function has(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const gcc = has('gcc');
const rustc = has('rustc');

describe('C', () => {
  // No gcc, nothing to compile with: the text itself is still checked below.
  it.skipIf(!gcc)(`compiles without a warning and has our numbers${gcc ? '' : ' (skipped: no gcc)'}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tyr-registers-'));
    try {
      writeFileSync(path.join(folder, 'mali_regs.h'), registerFormats.c(allBlocks));
      writeFileSync(path.join(folder, 'mali_mcu.h'), exportMcuHeader());
      const checks = [
        `MALI_AS_TRANSTAB(3) == ${findRegister('AS3_TRANSTAB')?.offset}`,
        `MALI_JOB_REG(2, 5) == ${findRegister('JOB_REG[2][5]')?.offset}`,
        `MALI_GPU_CMD_CODE_FLUSH_CACHES == 4`,
        `MALI_AS_TRANSCFG_PTW_PBHA_MASK == UINT64_C(0xf) << MALI_AS_TRANSCFG_PTW_PBHA_SHIFT`,
        `MALI_GPU_TEXTURE_FEATURES_RESET_0 == 0xc1ffff9eu`,
        `CS_EXTRACT_ADDR(9) == 0x41009030u`,
        `PWR_SHADER_WANT_ADDR == 0x40003040u`,
        `CS_CMD_CMD_START == 2 && MALI_IRQ_CS == 2`,
      ];
      const source = [
        '#include "mali_regs.h"',
        '#include "mali_mcu.h"',
        ...checks.map((check, i) => `typedef char check${i}[(${check}) ? 1 : -1];`),
        'uint32_t use(void) { CS_CMD(1) = CS_CMD_CMD_START; mali_write64(CS_INSERT_ADDR(1), 64);',
        'return (uint32_t)mali_read64(CS_FRAME_IP_ADDR(1, 2)) + JOB_REG(1, 2, 3) + PWR_SHADER_WANT_HI + GPU_ID; }',
      ].join('\n');
      const file = path.join(folder, 'use.c');
      writeFileSync(file, `${source}\n`);
      const flags = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Werror', '-Wno-int-to-pointer-cast'];
      expect(() => execFileSync('gcc', [...flags, '-fsyntax-only', file], { stdio: 'pipe' })).not.toThrow();
      // Public registers are read only from the MCU.
      writeFileSync(file, '#include "mali_mcu.h"\nvoid bad(void) { GPU_CMD = 1; }\n');
      expect(() => execFileSync('gcc', [...flags, '-fsyntax-only', file], { stdio: 'pipe' })).toThrow(/read-only/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('defines no name twice', () => {
    for (const text of [registerFormats.c(allBlocks), exportMcuHeader()]) {
      const names = [...text.matchAll(/^#define (\w+)/gm)].map((m) => m[1]);
      expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    }
  });
});

describe('Rust', () => {
  // No rustc, nothing to compile with: the nesting is still checked below.
  it.skipIf(!rustc)(`compiles and has our numbers${rustc ? '' : ' (skipped: no rustc)'}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tyr-registers-'));
    try {
      const checks = [
        `mmu_control::as_transtab::offset(3) == ${findRegister('AS3_TRANSTAB')?.offset}`,
        `mcu_cs::job_reg::offset(2, 5) == ${findRegister('JOB_REG[2][5]')?.offset}`,
        'gpu_control::gpu_cmd::RESET_MODE_SOFT_RESET == 1 && gpu_control::gpu_id::RESET == 0xa867_0005',
      ];
      const file = path.join(folder, 'regs.rs');
      const source = checks.map((check) => `const _: () = assert!(${check});\n`).join('');
      writeFileSync(file, `${registerFormats.rust(allBlocks)}\n${source}`);
      const args = [
        '--edition',
        '2021',
        '--crate-type',
        'lib',
        '--emit',
        'metadata',
        '-D',
        'warnings',
        '--out-dir',
        folder,
      ];
      expect(() => execFileSync('rustc', [...args, file], { stdio: 'pipe' })).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('nests modules properly and declares each name once per module', () => {
    const stack: Set<string>[] = [new Set()];
    for (const line of registerFormats.rust(allBlocks).split('\n')) {
      const name = /^\s*pub (?:mod|const fn|const) (\w+)/.exec(line)?.[1];
      if (name !== undefined) {
        expect(stack.at(-1)?.has(name), line).toBe(false);
        stack.at(-1)?.add(name);
      }
      if (line.endsWith('{')) stack.push(new Set());
      if (line.trim() === '}') stack.pop();
    }
    expect(stack).toHaveLength(1);
    const gpu = registerFormats.rust(hostBlocks.slice(0, 1));
    expect(gpu).toContain('pub const RESET_MODE_SOFT_RESET: u32 = 0x1;');
  });
});

describe('JSON, table, HTML', () => {
  it('JSON has every register with its fields', () => {
    const blocks = JSON.parse(registerFormats.json(allBlocks)) as {
      name: string;
      registers: { name: string; fields: unknown[] }[];
    }[];
    expect(blocks.map((b) => b.name)).toEqual(allBlocks.map((b) => b.name));
    expect(blocks[0]?.registers[0]?.fields).toHaveLength(GPU_CONTROL.GPU_ID.fields.length);
  });

  it('table has a line per register and per field', () => {
    const lines = registerFormats.table(hostBlocks).split('\n');
    expect(lines.find((l) => l.includes(' GPU_CMD '))).toMatch(/0x30 +GPU_CMD +32 +WO +0x00000000 +GPU command/);
    expect(lines.find((l) => l.includes('AS{n}_TRANSTAB'))).toContain('0x2400 + n*0x40');
    expect(lines.filter((l) => /^ {6}\[/.test(l))).toHaveLength(
      hostBlocks.flatMap((b) => b.registers).reduce((n, r) => n + r.fields.length, 0),
    );
  });

  it('HTML is well formed and links to every block', () => {
    const html = registerFormats.html(allBlocks);
    const page = parseXml(
      html
        .replace('<!doctype html>\n', '')
        .replaceAll(/<meta [^>]*>/g, '')
        .replace(/<style>[^]*<\/style>/, ''),
    );
    expect(all(page, 'section')).toHaveLength(allBlocks.length);
    expect(all(page, 'tr')).toHaveLength(allBlocks.reduce((n, b) => n + b.registers.length + 1, 0));
    expect(html).not.toMatch(/<script|src=|https?:/);
  });
});
