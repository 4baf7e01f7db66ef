/**
 * Power control of architecture 14: commands to domains, delegation of domains to the MCU, resets. Absent below
 * (reads 0). Its interrupt shares the gpu line. Source: Panthor panthor_pwr_regs.h.
 */

import { bit, defineBlock, field } from './define.ts';

const SOURCES = {
  POWER_CHANGED_SINGLE: bit(0, 'one unit changed its power state'),
  POWER_CHANGED_ALL: bit(1, 'no power transition is left'),
  DELEGATION_CHANGED: bit(2, 'a domain changed hands'),
  RESET_COMPLETED: bit(3, 'a reset ended'),
  RETRACT_COMPLETED: bit(4, 'a domain was taken back'),
  INSPECT_COMPLETED: bit(5, 'an inspection ended'),
  COMMAND_NOT_ALLOWED: bit(30, 'the state did not allow a command'),
  COMMAND_INVALID: bit(31, 'a command made no sense'),
} as const;

const arch = { arch: [14] } as const;
const bitmap = { ...arch, width: 64, access: 'RO' } as const;
const PRESENT = { present: field(0, 64, 'bit per unit') } as const;
const READY = { ready: field(0, 64, 'bit per unit') } as const;
const PWRTRANS = { pwrtrans: field(0, 64, 'bit per unit') } as const;
const PWRACTIVE = { pwractive: field(0, 64, 'bit per unit') } as const;

export const PWR_CONTROL = defineBlock('PWR_CONTROL', {
  PWR_INT_RAWSTAT: {
    ...arch,
    offset: 0x800,
    access: 'RW1S',
    doc: 'Power events before the mask.',
    fields: SOURCES,
  },
  PWR_INT_CLEAR: { ...arch, offset: 0x804, access: 'W1C', doc: 'Clears RAWSTAT bits.', fields: SOURCES },
  PWR_INT_MASK: { ...arch, offset: 0x808, access: 'RW', doc: 'Events that reach the gpu line.', fields: SOURCES },
  PWR_INT_STAT: { ...arch, offset: 0x80c, access: 'RO', doc: 'RAWSTAT and MASK.', fields: SOURCES },
  PWR_STATUS: {
    ...arch,
    offset: 0x820,
    width: 64,
    access: 'RO',
    doc: 'Commands the host may send, domains the MCU holds, operations under way.',
    fields: {
      ALLOW_L2: bit(0, 'host commands to L2'),
      ALLOW_TILER: bit(1, 'host commands to the tiler'),
      ALLOW_SHADER: bit(8, 'host commands to shader cores'),
      ALLOW_BASE: bit(14, 'host commands to the base domain'),
      ALLOW_STACK: bit(15, 'host commands to core stacks'),
      DELEGATED_L2: bit(16, 'the MCU holds L2'),
      DELEGATED_TILER: bit(17, 'the MCU holds the tiler'),
      DELEGATED_SHADER: bit(24, 'the MCU holds the shader cores'),
      DELEGATED_BASE: bit(30, 'the MCU holds the base domain'),
      DELEGATED_STACK: bit(31, 'the MCU holds the core stacks'),
      ALLOW_SOFT_RESET: bit(33, 'a soft reset is possible'),
      ALLOW_FAST_RESET: bit(34, 'a fast reset is possible'),
      POWER_PENDING: bit(41, 'power command under way'),
      RESET_PENDING: bit(42, 'reset under way'),
      RETRACT_PENDING: bit(43, 'retraction under way'),
      INSPECT_PENDING: bit(44, 'inspection under way'),
    },
  },
  PWR_COMMAND: {
    ...arch,
    offset: 0x828,
    access: 'WO',
    doc: 'Command to a power domain.',
    fields: {
      command: field(0, 8, 'what to do', {
        enum: {
          POWER_UP: 0x10,
          POWER_DOWN: 0x11,
          DELEGATE: 0x20,
          RETRACT: 0x21,
          RESET_SOFT: 0x31,
          RESET_FAST: 0x32,
          INSPECT: 0xf0,
        },
      }),
      domain: field(8, 8, 'to which domain', { enum: { L2: 0, TILER: 1, SHADER: 8, BASE: 14, STACK: 15 } }),
      subdomain: field(16, 8, 'parts of the domain; bit 0 is the ray traversal unit', { enum: { RTU: 1 } }),
    },
  },
  PWR_CMDARG: {
    ...arch,
    offset: 0x830,
    width: 64,
    access: 'RW',
    doc: 'Units the next command is for; written before it.',
    fields: { mask: field(0, 64, 'bit per unit') },
  },
  PWR_L2_PRESENT: { ...bitmap, offset: 0x900, doc: 'L2 caches that exist.', fields: PRESENT },
  PWR_L2_READY: { ...bitmap, offset: 0x908, doc: 'L2 caches that are on.', fields: READY },
  PWR_L2_PWRTRANS: { ...bitmap, offset: 0x910, doc: 'L2 caches on their way up or down.', fields: PWRTRANS },
  PWR_L2_PWRACTIVE: { ...bitmap, offset: 0x918, doc: 'L2 caches at work.', fields: PWRACTIVE },
  PWR_TILER_PRESENT: { ...bitmap, offset: 0x940, doc: 'Tilers that exist.', fields: PRESENT },
  PWR_TILER_READY: { ...bitmap, offset: 0x948, doc: 'Tilers that are on.', fields: READY },
  PWR_TILER_PWRTRANS: { ...bitmap, offset: 0x950, doc: 'Tilers on their way up or down.', fields: PWRTRANS },
  PWR_TILER_PWRACTIVE: { ...bitmap, offset: 0x958, doc: 'Tilers at work.', fields: PWRACTIVE },
  PWR_SHADER_PRESENT: { ...bitmap, offset: 0xa00, doc: 'Shader cores that exist.', fields: PRESENT },
  PWR_SHADER_READY: { ...bitmap, offset: 0xa08, doc: 'Shader cores that are on.', fields: READY },
  PWR_SHADER_PWRTRANS: { ...bitmap, offset: 0xa10, doc: 'Shader cores on their way up or down.', fields: PWRTRANS },
  PWR_SHADER_PWRACTIVE: { ...bitmap, offset: 0xa18, doc: 'Shader cores at work.', fields: PWRACTIVE },
  PWR_BASE_PRESENT: { ...bitmap, offset: 0xb80, doc: 'Base units that exist.', fields: PRESENT },
  PWR_BASE_READY: { ...bitmap, offset: 0xb88, doc: 'Base units that are on.', fields: READY },
  PWR_BASE_PWRTRANS: { ...bitmap, offset: 0xb90, doc: 'Base units on their way up or down.', fields: PWRTRANS },
  PWR_BASE_PWRACTIVE: { ...bitmap, offset: 0xb98, doc: 'Base units at work.', fields: PWRACTIVE },
  PWR_STACK_PRESENT: { ...bitmap, offset: 0xbc0, doc: 'Core stacks that exist.', fields: PRESENT },
  PWR_STACK_READY: { ...bitmap, offset: 0xbc8, doc: 'Core stacks that are on.', fields: READY },
  PWR_STACK_PWRTRANS: { ...bitmap, offset: 0xbd0, doc: 'Core stacks on their way up or down.', fields: PWRTRANS },
});
