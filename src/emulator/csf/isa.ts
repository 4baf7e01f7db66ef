/**
 * The rows of the instruction table this hardware executes (architecture 10), with field positions taken out once
 * for the execution loop.
 */
import { Bug } from '../../base/errors.ts';
import { type Field, type InstructionName, type Row, rowNamed } from '../../spec/cs/isa.ts';
import type { Arch } from '../../spec/cs/define.ts';

/** Mali-G610. */
export const ARCH: Arch = 10;

export function rowOf(name: InstructionName): Row {
  const row = rowNamed(name, ARCH);
  if (row === undefined) throw new Bug(`architecture ${ARCH} has no ${name}`);
  return row;
}

export const opcodeOf = (name: InstructionName): number => rowOf(name).opcode;

export function fieldOf(name: InstructionName, key: string): Field {
  const found = rowOf(name).byName[key];
  if (found === undefined) throw new Bug(`${name} has no field ${key}`);
  return found;
}

/** Position of a field that lies in the low word, resp. in the high word. */
export const inLow = (name: InstructionName, key: string): number => fieldOf(name, key).lsb;
export const inHigh = (name: InstructionName, key: string): number => fieldOf(name, key).lsb - 32;
/** Mask of a field at bit 0. */
export const maskOf = (name: InstructionName, key: string): number => 2 ** fieldOf(name, key).width - 1;
