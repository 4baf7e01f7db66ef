/**
 * What Nova's driver reads of its device: the identity word every NVIDIA GPU has at the start of its registers
 * (public open-gpu-doc, NV_PMC_BOOT_0). Not part of the Mali window.
 */
import { defineBlock, field } from './define.ts';

/** Bytes of the register window that our small device decodes (chosen). */
export const NOVA_WINDOW = 0x1000;

export const NOVA = defineBlock('NOVA', {
  BOOT_0: {
    offset: 0,
    access: 'RO',
    reset: 0x1720_00a1,
    doc: 'Architecture, implementation and revision of the chip.',
    fields: {
      minor_revision: field(0, 4, 'minor revision'),
      major_revision: field(4, 4, 'major revision'),
      implementation: field(20, 4, 'implementation inside the architecture'),
      architecture: field(24, 5, 'architecture'),
    },
  },
});
