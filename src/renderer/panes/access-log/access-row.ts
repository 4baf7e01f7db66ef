/** A row of `register_access` made readable: the register behind it, its fields, letters for who and what. Pure. */
import { describeValue, mcuRegisterAt, registerAt, type RegisterWord } from '../../../spec/registers/index.ts';
import type { Cell } from '../../../protocol/window.ts';
import type { LogRow } from './log-source.ts';
import { hexGroups } from '../../lib/format.ts';

export function numberOf(cell: Cell | undefined): number {
  return typeof cell === 'number' ? cell : Number(cell ?? 0);
}

export function textOf(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? '' : String(cell);
}

/** The register an access touched; undefined where the specification has none. */
export function registerOf(row: LogRow): RegisterWord | undefined {
  const offset = numberOf(row['offset']);
  return row['initiator'] === 'mcu' ? (mcuRegisterAt(offset) ?? registerAt(offset)) : registerAt(offset);
}

/** Name of the register a link goes to: without `_HI` of upper words. */
export function linkName(row: LogRow): string | undefined {
  return registerOf(row)?.register.name;
}

/** A value in hex at the width of the access. */
export function valueText(row: LogRow, column: 'value' | 'old_value'): string {
  return hexGroups(bigOf(row[column]), Math.max(1, numberOf(row['width'])) * 8);
}

/** The fields that are not zero, with the names of their values: `code=RESET`. */
export function fieldsText(row: LogRow): string {
  const at = registerOf(row);
  if (at === undefined) return '';
  const value = bigOf(row['value']);
  const lo = Number(value & 0xffff_ffffn);
  const hi = Number(value >> 32n);
  return at.word === 1 ? describeValue(at.register, 0, lo) : describeValue(at.register, lo, hi);
}

function bigOf(cell: Cell | undefined): bigint {
  try {
    return BigInt(cell ?? 0);
  } catch {
    return 0n;
  }
}
