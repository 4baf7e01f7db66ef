/** Registers as aligned text, one line each with their fields below: for terminals and for grep. */

import { hex } from '../../../base/bits.ts';
import type { BlockInfo } from '../blocks.ts';
import type { Register } from '../define.ts';
import { bitsText, fieldRemarks, nameText, offsetText, remarks, resetText } from './text.ts';

const HEAD = ['offset', 'register', 'width', 'access', 'reset', 'what it is'] as const;

export function exportTable(blocks: readonly BlockInfo[]): string {
  return blocks.map(blockText).join('\n');
}

function blockText(block: BlockInfo): string {
  const rows = block.registers.map(cells);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, i) => (i === HEAD.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ')}`.trimEnd();
  const base = block.base === 0 ? '' : `, from ${hex(block.base)}`;
  const lines = [`${block.name} (${block.view}${base}): ${block.doc}`, line(HEAD)];
  block.registers.forEach((register, i) => {
    lines.push(line(rows[i] ?? []), ...fieldLines(register));
  });
  return `${lines.join('\n')}\n`;
}

function cells(register: Register): readonly string[] {
  const doc = [register.doc, ...remarks(register).map((r) => `(${r})`)].join(' ');
  return [offsetText(register), nameText(register), String(register.width), register.access, resetText(register), doc];
}

function fieldLines(register: Register): readonly string[] {
  return register.fields.map((field) => {
    const values = Object.entries(field.enum ?? {}).map(([name, value]) => `${value} ${name}`);
    const notes = [field.access === register.access ? '' : field.access, ...fieldRemarks(register, field)];
    const parts = [
      field.doc,
      ...notes.filter((n) => n !== '').map((n) => `(${n})`),
      values.length === 0 ? '' : `{${values.join(', ')}}`,
    ];
    return `      [${bitsText(field)}] ${field.name}: ${parts.filter((p) => p !== '').join(' ')}`.replace(/: $/, '');
  });
}
