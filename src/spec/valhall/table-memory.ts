/**
 * Load, store, atomic and attribute messages. Derived from Mesa's `src/panfrost/compiler/valhall/ISA.xml` (MIT, see NOTICE.md).
 */
import { choice, flag, instruction, int, src, sub, uint, DATA, EXCHANGE, RESULT } from './define.ts';

export const MEMORY_TABLE = [
  instruction('LEA_BUF_IMM', 0x5e, undefined, 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32, 'linear_id')],
    immediates: [uint('table', 8, 4), uint('index', 12, 8)],
    modifiers: [choice('slot', 30, 3)],
  }),
  instruction('LOAD.i8', 0x60, sub(27, 0x7, 0x0), 'LS', 8, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [
      choice('memory_access', 24, 2),
      choice('load_lane_8_bit', 36, 3),
      flag('unsigned', 39),
      choice('slot', 30, 3),
    ],
  }),
  instruction('LOAD.i16', 0x60, sub(27, 0x7, 0x1), 'LS', 16, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [
      choice('memory_access', 24, 2),
      choice('load_lane_16_bit', 36, 3),
      flag('unsigned', 39),
      choice('slot', 30, 3),
    ],
  }),
  instruction('LOAD.i24', 0x60, sub(27, 0x7, 0x2), 'LS', 24, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [
      choice('memory_access', 24, 2),
      choice('load_lane_24_bit', 36, 3),
      flag('unsigned', 39),
      choice('slot', 30, 3),
    ],
  }),
  instruction('LOAD.i32', 0x60, sub(27, 0x7, 0x3), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [
      choice('memory_access', 24, 2),
      choice('load_lane_32_bit', 36, 3),
      flag('unsigned', 39),
      choice('slot', 30, 3),
    ],
  }),
  instruction('LOAD.i48', 0x60, sub(27, 0x7, 0x4), 'LS', 48, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [
      choice('memory_access', 24, 2),
      choice('load_lane_48_bit', 36, 3),
      flag('unsigned', 39),
      choice('slot', 30, 3),
    ],
  }),
  instruction('LOAD.i64', 0x60, sub(27, 0x7, 0x5), 'LS', 64, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [
      choice('memory_access', 24, 2),
      choice('load_lane_64_bit', 36, 3),
      flag('unsigned', 39),
      choice('slot', 30, 3),
    ],
  }),
  instruction('LOAD.i96', 0x60, sub(27, 0x7, 0x6), 'LS', 96, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [
      choice('memory_access', 24, 2),
      choice('load_lane_96_bit', 36, 3),
      flag('unsigned', 39),
      choice('slot', 30, 3),
    ],
  }),
  instruction('LOAD.i128', 0x60, sub(27, 0x7, 0x7), 'LS', 128, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [
      choice('memory_access', 24, 2),
      choice('load_lane_128_bit', 36, 3),
      flag('unsigned', 39),
      choice('slot', 30, 3),
    ],
  }),
  instruction('STORE.i8', 0x61, sub(27, 0x7, 0x0), 'LS', 8, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [choice('memory_access', 24, 2), choice('slot', 30, 3)],
  }),
  instruction('STORE.i16', 0x61, sub(27, 0x7, 0x1), 'LS', 16, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [choice('memory_access', 24, 2), choice('slot', 30, 3)],
  }),
  instruction('STORE.i24', 0x61, sub(27, 0x7, 0x2), 'LS', 24, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [choice('memory_access', 24, 2), choice('slot', 30, 3)],
  }),
  instruction('STORE.i32', 0x61, sub(27, 0x7, 0x3), 'LS', 32, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [choice('memory_access', 24, 2), choice('slot', 30, 3)],
  }),
  instruction('STORE.i48', 0x61, sub(27, 0x7, 0x4), 'LS', 48, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [choice('memory_access', 24, 2), choice('slot', 30, 3)],
  }),
  instruction('STORE.i64', 0x61, sub(27, 0x7, 0x5), 'LS', 64, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [choice('memory_access', 24, 2), choice('slot', 30, 3)],
  }),
  instruction('STORE.i96', 0x61, sub(27, 0x7, 0x6), 'LS', 96, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [choice('memory_access', 24, 2), choice('slot', 30, 3)],
  }),
  instruction('STORE.i128', 0x61, sub(27, 0x7, 0x7), 'LS', 128, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [int('offset', 8, 16)],
    modifiers: [choice('memory_access', 24, 2), choice('slot', 30, 3)],
  }),
  instruction('LD_ATTR_IMM', 0x66, sub(37, 0x3, 0x0), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32, 'vertex_id'), src(1, 32, 'instance_id')],
    immediates: [uint('index', 20, 4), uint('table', 16, 4)],
    modifiers: [choice('vector_size', 28, 2), choice('register_format', 24, 3), choice('slot', 30, 3)],
  }),
  instruction('LD_TEX_IMM', 0x66, sub(37, 0x3, 0x1), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32), src(1, 32)],
    immediates: [uint('index', 20, 4), uint('table', 16, 4)],
    modifiers: [choice('vector_size', 28, 2), choice('register_format', 24, 3), choice('slot', 30, 3)],
  }),
  instruction('LEA_ATTR_IMM', 0x67, sub(37, 0x3, 0x0), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32, 'vertex_index'), src(1, 32, 'instance_index')],
    immediates: [uint('table', 16, 4), uint('index', 20, 4)],
    modifiers: [choice('slot', 30, 3)],
  }),
  instruction('LEA_TEX_IMM', 0x67, sub(37, 0x3, 0x1), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32), src(1, 32)],
    immediates: [uint('table', 16, 4), uint('index', 20, 4)],
    modifiers: [choice('slot', 30, 3)],
  }),
  instruction('ATOM.i32', 0x68, sub(27, 0x7, 0x3), 'LS', 32, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [uint('offset', 8, 8)],
    modifiers: [choice('slot', 30, 3), choice('atomic_operation', 22, 4)],
  }),
  instruction('ATOM.i64', 0x68, sub(27, 0x7, 0x5), 'LS', 64, {
    staging: DATA,
    sources: [src(0, 64, 'address')],
    immediates: [uint('offset', 8, 8)],
    modifiers: [choice('slot', 30, 3), choice('atomic_operation', 22, 4)],
  }),
  instruction('ATOM1_RETURN.i32', 0x69, sub(27, 0x7, 0x3), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [uint('offset', 8, 8)],
    modifiers: [choice('slot', 30, 3), choice('atomic_operation_with_1', 22, 4)],
  }),
  instruction('ATOM1_RETURN.i64', 0x69, sub(27, 0x7, 0x5), 'LS', 64, {
    staging: RESULT,
    sources: [src(0, 64, 'address')],
    immediates: [uint('offset', 8, 8)],
    modifiers: [choice('slot', 30, 3), choice('atomic_operation_with_1', 22, 4)],
  }),
  instruction('LD_BUFFER.i8', 0x6a, sub(27, 0x7, 0x0), 'LS', 8, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('load_lane_8_bit', 36, 3), flag('unsigned', 39), choice('slot', 30, 3)],
  }),
  instruction('LD_BUFFER.i16', 0x6a, sub(27, 0x7, 0x1), 'LS', 16, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('load_lane_16_bit', 36, 3), flag('unsigned', 39), choice('slot', 30, 3)],
  }),
  instruction('LD_BUFFER.i24', 0x6a, sub(27, 0x7, 0x2), 'LS', 24, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('load_lane_24_bit', 36, 3), flag('unsigned', 39), choice('slot', 30, 3)],
  }),
  instruction('LD_BUFFER.i32', 0x6a, sub(27, 0x7, 0x3), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('load_lane_32_bit', 36, 3), flag('unsigned', 39), choice('slot', 30, 3)],
  }),
  instruction('LD_BUFFER.i48', 0x6a, sub(27, 0x7, 0x4), 'LS', 48, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('load_lane_48_bit', 36, 3), flag('unsigned', 39), choice('slot', 30, 3)],
  }),
  instruction('LD_BUFFER.i64', 0x6a, sub(27, 0x7, 0x5), 'LS', 64, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('load_lane_64_bit', 36, 3), flag('unsigned', 39), choice('slot', 30, 3)],
  }),
  instruction('LD_BUFFER.i96', 0x6a, sub(27, 0x7, 0x6), 'LS', 96, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('load_lane_96_bit', 36, 3), flag('unsigned', 39), choice('slot', 30, 3)],
  }),
  instruction('LD_BUFFER.i128', 0x6a, sub(27, 0x7, 0x7), 'LS', 128, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('load_lane_128_bit', 36, 3), flag('unsigned', 39), choice('slot', 30, 3)],
  }),
  instruction('LEA_BUFFER', 0x6b, undefined, 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32, 'byte_offset'), src(1, 32, 'handle')],
    modifiers: [choice('slot', 30, 3)],
  }),
  instruction('ST_CVT', 0x71, undefined, 'LS', 32, {
    staging: DATA,
    sources: [src(0, 64, 'address'), src(2, 32)],
    immediates: [uint('offset', 8, 8)],
    modifiers: [
      choice('slot', 30, 3),
      choice('memory_access', 37, 3),
      choice('vector_size', 28, 2),
      choice('register_format', 24, 3),
    ],
  }),
  instruction('LD_ATTR', 0x76, sub(37, 0x3, 0x0), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32, 'vertex_id'), src(1, 32, 'instance_id'), src(2, 32)],
    modifiers: [choice('vector_size', 28, 2), choice('register_format', 24, 3), choice('slot', 30, 3)],
  }),
  instruction('LD_TEX', 0x76, sub(37, 0x3, 0x1), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32), src(1, 32), src(2, 32)],
    modifiers: [choice('vector_size', 28, 2), choice('register_format', 24, 3), choice('slot', 30, 3)],
  }),
  instruction('LEA_ATTR', 0x77, sub(37, 0x3, 0x0), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 32, 'vertex_index'), src(1, 32, 'instance_index'), src(2, 32)],
    modifiers: [choice('vector_size', 28, 2), choice('slot', 30, 3)],
  }),
  instruction('LEA_TEX', 0x77, sub(37, 0x3, 0x1), 'LS', 32, {
    staging: RESULT,
    sources: [src(0, 16), src(1, 32), src(2, 32)],
    modifiers: [choice('vector_size', 28, 2), choice('slot', 30, 3)],
  }),
  instruction('ATOM_RETURN.i32', 0x120, sub(27, 0x7, 0x3), 'LS', 32, {
    staging: EXCHANGE,
    sources: [src(0, 64, 'address')],
    immediates: [uint('offset', 8, 8)],
    modifiers: [choice('slot', 30, 3), flag('compare', 26), choice('atomic_operation', 22, 4)],
  }),
  instruction('ATOM_RETURN.i64', 0x120, sub(27, 0x7, 0x5), 'LS', 64, {
    staging: EXCHANGE,
    sources: [src(0, 64, 'address')],
    immediates: [uint('offset', 8, 8)],
    modifiers: [choice('slot', 30, 3), flag('compare', 26), choice('atomic_operation', 22, 4)],
  }),
] as const;
