/**
 * Power of shader cores, tiler, L2 and core stacks on architectures 10 to 13: what exists, is ready, is asked
 * to change, is changing, is busy. Every register is a bitmap with one bit per unit; bits may be sparse (RK3588
 * has shader cores 0, 2, 16 and 18). Sources: Panthor panthor_gpu_regs.h, Tyr regs.rs; stacks: kbase headers.
 */

import { defineBlock, field } from './define.ts';

const PRESENT = { present: field(0, 64, 'bit per unit') } as const;
const READY = { ready: field(0, 64, 'bit per unit') } as const;
const REQUEST = { request: field(0, 64, 'bit per unit') } as const;
const CHANGING = { changing: field(0, 64, 'bit per unit') } as const;
const ACTIVE = { active: field(0, 64, 'bit per unit') } as const;

const ro = { width: 64, access: 'RO' } as const;
const wo = { width: 64, access: 'WO' } as const;
const stackRo = { ...ro, origin: 'kbase' } as const;
const stackWo = { ...wo, origin: 'kbase' } as const;
const seen = { resetFrom: 'RK3588 boot log' } as const;

export const GPU_POWER = defineBlock('GPU_POWER', {
  GPU_SHADER_PRESENT: {
    ...ro,
    ...seen,
    offset: 0x100,
    reset: 0x50005,
    doc: 'Shader cores that exist.',
    fields: PRESENT,
  },
  GPU_TILER_PRESENT: { ...ro, ...seen, offset: 0x110, reset: 1, doc: 'Tilers that exist.', fields: PRESENT },
  GPU_L2_PRESENT: { ...ro, ...seen, offset: 0x120, reset: 1, doc: 'L2 caches that exist.', fields: PRESENT },
  SHADER_READY: { ...ro, offset: 0x140, doc: 'Shader cores that are on.', fields: READY },
  TILER_READY: { ...ro, offset: 0x150, doc: 'Tilers that are on.', fields: READY },
  L2_READY: { ...ro, offset: 0x160, doc: 'L2 caches that are on.', fields: READY },
  SHADER_PWRON: { ...wo, offset: 0x180, doc: 'Turns shader cores on; each word acts by itself.', fields: REQUEST },
  SHADER_PWRFEATURES: {
    offset: 0x188,
    access: 'RW',
    arch: [13, 13],
    origin: 'kbase',
    doc: 'Ray-tracing unit power settings.',
  },
  TILER_PWRON: { ...wo, offset: 0x190, doc: 'Turns tilers on; each word acts by itself.', fields: REQUEST },
  L2_PWRON: { ...wo, offset: 0x1a0, doc: 'Turns L2 caches on; each word acts by itself.', fields: REQUEST },
  SHADER_PWROFF: { ...wo, offset: 0x1c0, doc: 'Turns shader cores off.', fields: REQUEST },
  TILER_PWROFF: { ...wo, offset: 0x1d0, doc: 'Turns tilers off.', fields: REQUEST },
  L2_PWROFF: { ...wo, offset: 0x1e0, doc: 'Turns L2 caches off.', fields: REQUEST },
  SHADER_PWRTRANS: { ...ro, offset: 0x200, doc: 'Shader cores on their way up or down.', fields: CHANGING },
  TILER_PWRTRANS: { ...ro, offset: 0x210, doc: 'Tilers on their way up or down.', fields: CHANGING },
  L2_PWRTRANS: { ...ro, offset: 0x220, doc: 'L2 caches on their way up or down.', fields: CHANGING },
  SHADER_PWRACTIVE: { ...ro, offset: 0x240, doc: 'Shader cores at work.', fields: ACTIVE },
  TILER_PWRACTIVE: { ...ro, offset: 0x250, doc: 'Tilers at work.', fields: ACTIVE },
  L2_PWRACTIVE: { ...ro, offset: 0x260, doc: 'L2 caches at work.', fields: ACTIVE },
  STACK_PRESENT: { ...stackRo, offset: 0xe00, doc: 'Core stacks that exist; no Linux driver we follow uses stacks.' },
  STACK_READY: { ...stackRo, offset: 0xe10, doc: 'Core stacks that are on.' },
  STACK_PWRON: { ...stackWo, offset: 0xe20, doc: 'Turns core stacks on.' },
  STACK_PWROFF: { ...stackWo, offset: 0xe30, doc: 'Turns core stacks off.' },
  STACK_PWRTRANS: { ...stackRo, offset: 0xe40, doc: 'Core stacks on their way up or down.' },
});
