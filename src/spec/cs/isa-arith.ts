/**
 * Register arithmetic. Up to 12 opcodes 16 to 18 are three plain instructions; 13 makes them (and 57)
 * families with a sub-opcode, whose form 0 keeps the old encoding (Mesa genxml v13).
 */
import type { Arch, Definition, Field } from './define.ts';
import { hex, instruction, int, operand, reg32, reg64, uint } from './define.ts';

type Bits = 32 | 64;

const reg = (bits: Bits) => (bits === 32 ? reg32 : reg64);

/** Families with an immediate: opcode 16 (32-bit) and 17 (64-bit), sub-opcode in bits 39:32. */
function immediate<const N extends string>(
  name: N,
  bits: Bits,
  sub: number,
  fields: readonly Field[],
  doc: string,
  does: string,
  options: { readonly since?: Arch; readonly aliases?: readonly string[] } = {},
): Definition<N> {
  return instruction(name, bits === 32 ? 16 : 17, {
    since: options.since ?? 13,
    sub: { lsb: 32, value: sub, since: 13 },
    fields: [...fields, reg(bits)('source', 40, 'read'), reg(bits)('destination', 48, 'write')],
    operands: [operand('destination'), operand('source'), ...fields.map((f) => operand(f.name))],
    aliases: options.aliases ?? [],
    doc,
    does,
  });
}

/** Families with two registers: opcode 18 (32-bit) and 57 (64-bit), sub-opcode in bits 31:24. */
function register<const N extends string>(
  name: N,
  bits: Bits,
  sub: number,
  doc: string,
  does: string,
  options: { readonly since?: Arch; readonly aliases?: readonly string[]; readonly fields?: readonly Field[] } = {},
): Definition<N> {
  const extra = options.fields ?? [];
  return instruction(name, bits === 32 ? 18 : 57, {
    since: options.since ?? 13,
    sub: { lsb: 24, value: sub, since: 13 },
    fields: [
      ...extra,
      reg(bits)('source_1', 32, 'read'),
      reg(bits)('source_0', 40, 'read'),
      reg(bits)('destination', 48, 'write'),
    ],
    operands: [operand('destination'), operand('source_0'), operand('source_1'), ...extra.map((f) => operand(f.name))],
    aliases: options.aliases ?? [],
    doc,
    does,
  });
}

const addImmediate = [int('immediate', 0, 32)];
const minImmediate = [hex('immediate', 0, 32)];
const shift32 = [uint('shift_amount', 0, 5)];
const shift64 = [uint('shift_amount', 0, 6)];
const bitField = [uint('position', 0, 8), uint('width', 8, 8)];
const insertImmediate = [...bitField, hex('imm', 16, 16)];

const ADD = 'Add a sign-extended constant';
const MIN = 'The smaller of register and constant, unsigned';
const SHL = 'Shift left by a constant';
const SHR = 'Shift right by a constant, zeros from above';
const SAR = 'Shift right by a constant, sign from above';
const EXT_U = 'Take out a bit-field, zero-extended';
const EXT_S = 'Take out a bit-field, sign-extended';
const INS_IMM = 'Copy with a bit-field replaced by a constant';

export const ARITHMETIC = [
  immediate('ADD_IMM32', 32, 0, addImmediate, ADD, 'destination = source + immediate', {
    since: 10,
    aliases: ['ADD_IMMEDIATE32'],
  }),
  immediate('LSHIFT_IMM32', 32, 1, shift32, SHL, 'destination = source << amount'),
  immediate('RSHIFT_IMM_U32', 32, 2, shift32, SHR, 'destination = source >>> amount'),
  immediate('RSHIFT_IMM_S32', 32, 3, shift32, SAR, 'destination = source >> amount'),
  immediate('BFEXT_U32', 32, 4, bitField, EXT_U, 'destination = zext(source[position +: width])'),
  immediate('BFEXT_S32', 32, 5, bitField, EXT_S, 'destination = sext(source[position +: width])'),
  immediate('BFINS_IMM32', 32, 6, insertImmediate, INS_IMM, 'destination = source with [position +: width] = imm'),
  immediate('UMIN_IMM32', 32, 7, minImmediate, MIN, 'destination = min(source, immediate)'),
  immediate('ADD_IMM64', 64, 0, addImmediate, ADD, 'destination = source + sext(immediate)', {
    since: 10,
    aliases: ['ADD_IMMEDIATE64'],
  }),
  immediate('LSHIFT_IMM64', 64, 1, shift64, SHL, 'destination = source << amount'),
  immediate('RSHIFT_IMM_U64', 64, 2, shift64, SHR, 'destination = source >>> amount'),
  immediate('RSHIFT_IMM_S64', 64, 3, shift64, SAR, 'destination = source >> amount'),
  immediate('BFEXT_U64', 64, 4, bitField, EXT_U, 'destination = zext(source[position +: width])'),
  immediate('BFEXT_S64', 64, 5, bitField, EXT_S, 'destination = sext(source[position +: width])'),
  immediate('BFINS_IMM64', 64, 6, insertImmediate, INS_IMM, 'destination = source with [position +: width] = imm'),
  immediate('UMIN_IMM64', 64, 7, minImmediate, MIN, 'destination = min(source, immediate)'),
  register('UMIN32', 32, 0, 'The smaller of two registers, unsigned', 'destination = min(source_0, source_1)', {
    since: 10,
    aliases: ['COMPARE_SELECT32'],
  }),
  register('ADD32', 32, 1, 'Add', 'destination = source_0 + source_1'),
  register('SUB32', 32, 2, 'Subtract', 'destination = source_0 - source_1'),
  register('LSHIFT32', 32, 3, 'Shift left', 'destination = source_0 << source_1'),
  register('RSHIFT_U32', 32, 4, 'Shift right, zeros from above', 'destination = source_0 >>> source_1'),
  register('RSHIFT_S32', 32, 5, 'Shift right, sign from above', 'destination = source_0 >> source_1'),
  register(
    'BFINS32',
    32,
    6,
    'Copy with a bit-field replaced',
    'destination = source_0 with [position +: width] = source_1',
    {
      fields: bitField,
    },
  ),
  register('UMIN64', 64, 0, 'The smaller of two pairs, unsigned', 'destination = min(source_0, source_1)'),
  register('ADD64', 64, 1, 'Add', 'destination = source_0 + source_1'),
  register('SUB64', 64, 2, 'Subtract', 'destination = source_0 - source_1'),
  register('LSHIFT64', 64, 3, 'Shift left', 'destination = source_0 << source_1'),
  register('RSHIFT_U64', 64, 4, 'Shift right, zeros from above', 'destination = source_0 >>> source_1'),
  register('RSHIFT_S64', 64, 5, 'Shift right, sign from above', 'destination = source_0 >> source_1'),
  register(
    'BFINS64',
    64,
    6,
    'Copy with a bit-field replaced',
    'destination = source_0 with [position +: width] = source_1',
    {
      fields: bitField,
    },
  ),
] as const;
