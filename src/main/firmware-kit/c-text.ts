/** Pieces of C made from register descriptions: access macros, field masks, structs. */
import { hex } from '../../base/bits.ts';
import type { Register } from '../../spec/registers/define.ts';

export function defineLine(name: string, value: string | number): string {
  return `#define ${name} ${value}`;
}

const INDEX_NAMES = ['i', 'k'];

/** `#define TIMER_CTRL(i) REG32(base + 0x10 * (i))`; `first` names a parameter before the indices. */
export function registerMacro(register: Register, base: string, first?: string): string {
  const indices = register.dims.map((dim, d) => ({ name: INDEX_NAMES[d] ?? `i${d}`, stride: dim.stride }));
  const names = [...(first === undefined ? [] : [first]), ...indices.map((i) => i.name)];
  const params = names.length > 0 ? `(${names.join(', ')})` : '';
  const terms = indices.map((i) => ` + ${hex(i.stride)} * (${i.name})`).join('');
  return defineLine(`${register.key}${params}`, `REG${register.width}(${base}${terms})`);
}

/**
 * Masks, shifts and enum values of the fields of a 32-bit register (or of the low word of a wider one). One-bit
 * fields have a mask only; a field that is the whole register needs none.
 */
export function fieldDefines(prefix: string, register: Register): string[] {
  const lines: string[] = [];
  for (const f of register.fields) {
    if (f.lsb + f.width > 32) continue;
    const name = `${prefix}_${f.name.toUpperCase()}`;
    if (f.width < 32) lines.push(defineLine(name, `${hex(f.mask.lo, 8)}u`));
    if (f.width > 1 && f.width < 32) lines.push(defineLine(`${name}_SHIFT`, f.lsb));
    for (const [key, value] of Object.entries(f.enum ?? {})) lines.push(defineLine(`${name}_${key}`, hex(value)));
  }
  return lines;
}

/** A struct with every register at its offset, gaps named. 64-bit registers are `reg64`: two words. */
export function cStruct(name: string, registers: readonly Register[]): string[] {
  const lines = [`struct ${name} {`];
  let at = 0;
  for (const r of registers.toSorted((a, b) => a.offset - b.offset)) {
    if (r.offset > at) lines.push(`  u32 gap_${at.toString(16)}[${(r.offset - at) / 4}];`);
    const count = r.dims.reduce((product, dim) => product * dim.count, 1);
    const type = r.width === 64 ? 'reg64' : 'volatile u32';
    lines.push(`  ${type} ${r.key.toLowerCase()}${count > 1 ? `[${count}]` : ''}; /* ${r.doc} */`);
    at = r.offset + (r.width / 8) * count;
  }
  return [...lines, '};'];
}
