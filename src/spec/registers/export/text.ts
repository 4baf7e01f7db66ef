/** Small helpers of the exporters: names, numbers, escapes, how a register's place is written. */

import { hex } from '../../../base/bits.ts';
import type { ArchRange, Field, Register } from '../define.ts';

/** For element content and attribute values of XML and HTML. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Reset value with as many digits as the register has; `0x12 (n=0)` where elements differ, the rest being 0. */
export function resetText(register: Register): string {
  const digits = register.width / 4;
  const { resets } = register.init;
  if (resets === undefined || !register.isArray) return hex(register.reset, digits);
  return resets.map((value, n) => `${hex(value, digits)} (n=${n})`).join(', ');
}

/** Reset values with the suffix of their constants: one without, or one per element where they differ. */
export function resetConstants(register: Register): readonly { readonly suffix: string; readonly value: number }[] {
  if (register.init.resets === undefined) return [{ suffix: '', value: register.reset }];
  return register.elements().map((r, i) => ({ suffix: `_${i}`, value: r.reset }));
}

/** `0x2400`, `0x2400 + n*0x40`, `0x840 + n*0x140 + m*0x4`. */
export function offsetText(register: Register): string {
  const letters = ['n', 'm'];
  return [hex(register.offset), ...register.dims.map((d, i) => `${letters[i] ?? 'k'}*${hex(d.stride)}`)].join(' + ');
}

/** Name with the index ranges of an array: `AS{n}_TRANSTAB n=0..15`, `JOB_REG[0..5][0..63]`. */
export function nameText(register: Register): string {
  const [outer, ...inner] = register.dims;
  if (outer === undefined) return register.name;
  const brackets = (dims: readonly { count: number }[]) => dims.map((d) => `[0..${d.count - 1}]`).join('');
  return register.name.includes('{n}')
    ? `${register.name}${brackets(inner)} n=0..${outer.count - 1}`
    : `${register.name}${brackets(register.dims)}`;
}

/** `7:0`, `8`. */
export function bitsText(field: Field): string {
  return field.width === 1 ? String(field.lsb) : `${field.lsb + field.width - 1}:${field.lsb}`;
}

/** `arch 11+`, `arch 13`, `arch 10-12`; empty without a limit. */
export function archText(arch: ArchRange | undefined): string {
  if (arch === undefined) return '';
  const [first, last] = arch;
  if (last === undefined) return `arch ${first}+`;
  return first === last ? `arch ${first}` : `arch ${first}-${last}`;
}

/** Remarks beside the description: architecture, origin, state in which it is writable. */
export function remarks(register: Register): readonly string[] {
  const { arch, writeWhen } = register.init;
  const origin = register.origin === 'fact' ? '' : register.origin;
  return [archText(arch), origin, writeWhen === undefined ? '' : `writable while ${writeWhen}`].filter((t) => t !== '');
}

/** Condition and limits of a field: `code=RESET`, `arch 11+`, `kbase`. */
export function fieldRemarks(register: Register, field: Field): readonly string[] {
  const { when } = field;
  const name = when && (register.find(when.field)?.nameOf(when.value) ?? String(when.value));
  return [when === undefined ? '' : `${when.field}=${name}`, archText(field.arch), field.origin ?? ''].filter(
    (t) => t !== '',
  );
}

/** Name for C and Rust constants. */
export function upper(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]+/g, '_').toUpperCase();
}

/** Bits a field covers as one number of up to 64 bits, for printing. */
export function maskText(field: Field): string {
  const { lo, hi } = field.mask;
  return hex((BigInt(hi) << 32n) | BigInt(lo));
}
